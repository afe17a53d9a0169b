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

// A rectangle of pixels.
struct Region {
  int left = 0, top = 0, width = 0, height = 0;
};

}  // namespace fxe
