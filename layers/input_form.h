// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// How a plan reads its caller's input; all pointers on the device, read when the plan runs. By default the
// input is plain fp32 [n c h w], row r being image r.
struct InputForm {
  // With these, row r is image[r] for r below count[0]; rows after that are computed and mean nothing.
  const int32_t* image = nullptr;
  const int32_t* count = nullptr;
  // With these, [c 256], the input is uint8 [images h w c], and x of channel c is pixel_values[256 c +
  // pixel].
  const float* pixel_values = nullptr;

  // With it, images are counted from first[0].
  const int32_t* first = nullptr;

  bool plain() const { return image == nullptr && pixel_values == nullptr && first == nullptr; }
};

}  // namespace fxe
