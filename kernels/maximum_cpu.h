// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// y[c] = the greatest of x[i * step_h + j * step_w + c] for i < rows, j < columns; NaN where one of them is.
// For processors where dot_tile_works() (kernels/dot_tile_cpu.h). Steps in floats.
void maximum_of_pixels(const float* x, int64_t rows, int64_t columns, int64_t step_h, int64_t step_w,
                       int64_t channels, float* y);

}  // namespace fxe
