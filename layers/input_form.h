// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// How a plan reads its caller's input. All pointers are on the device and read when the plan runs. By default
// the input is plain fp32 [n c h w] with image r in row r.
struct InputForm {
  // If set, row r is image[r] for r below count[0]; later rows are computed but meaningless.
  const int32_t* image = nullptr;
  const int32_t* count = nullptr;
  // If set ([c 256]), the input is uint8 [images h w c], and x of channel c is pixel_values[256 c + pixel].
  const float* pixel_values = nullptr;

  // If set, images are counted from first[0].
  const int32_t* first = nullptr;

  bool plain() const { return image == nullptr && pixel_values == nullptr && first == nullptr; }
};

}  // namespace fxe
