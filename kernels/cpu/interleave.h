// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// Three rows, `step` floats apart, as pixels: to[3 * i + c] = x[c * step + i] for i < count, c < 3. For
// processors where dot_tile_works() (kernels/cpu/dot_tile.h).
void interleave_three(const float* x, int64_t step, int64_t count, float* to);

}  // namespace fxe
