// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/launch.h"

namespace fxe {

// How a fully connected layer is tiled: a warp has kClasses outputs of kRows rows.
template <int kRows, int kClasses>
struct LinearTile {
  static dim3 blocks(int32_t rows, int32_t classes, unsigned warps) {
    const auto parts = [](int32_t whole, int32_t part) {
      return static_cast<unsigned>((whole + part - 1) / part);
    };
    return dim3(parts(classes, kClasses * static_cast<int32_t>(warps)), parts(rows, kRows));
  }
};

// Calls f with the tile for this many rows. Few rows: weights are read once, by as many warps as there are
// outputs (GEMV). Many rows: they are read once per 8 rows, and each 16 bytes that a lane loads serve 4 or 8
// products (GEMM, without tensor cores).
template <class F>
void with_linear_tile(int32_t rows, F&& f) {
  if (rows <= 1) return f(LinearTile<1, 1>{});
  if (rows <= 4) return f(LinearTile<4, 1>{});
  if (rows <= 16) return f(LinearTile<8, 1>{});
  return f(LinearTile<8, 4>{});
}

}  // namespace fxe
