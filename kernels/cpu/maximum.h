// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// Pixels of channels-last images; steps in floats. Row r is at x + (r & row_mask) * step_h.
struct PixelsCpu {
  const float* x;  // the first column of row 0
  int64_t first_row, rows, row_mask, columns;
  int64_t step_h, step_w, channels;
};

// y[c] = the maximum over channel c; NaN if any value is. For processors where
// dot_tile_works() (kernels/cpu/dot_tile.h).
void maximum_of_pixels(const PixelsCpu&, float* y);

}  // namespace fxe
