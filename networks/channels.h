// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace fxe {

// Rounds a channel count to the nearest multiple of `divisor`, but never below nine tenths of it: the rule of
// MobileNet's authors, which torchvision and timm follow.
inline int64_t round_channels(double channels, int64_t divisor = 8) {
  const auto nearest = static_cast<int64_t>(channels + static_cast<double>(divisor) / 2) / divisor * divisor;
  const int64_t rounded = std::max(divisor, nearest);
  return static_cast<double>(rounded) < 0.9 * channels ? rounded + divisor : rounded;
}

}  // namespace fxe
