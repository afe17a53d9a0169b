// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace fxe {

// Interleaved 8-bit RGB, rows from the top, no padding: pixel (x, y) is at rgb[3 * (y * width + x)].
struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;
};

}  // namespace fxe
