// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/dot_tile.cuh"
#include "kernels/tail/head_end.cuh"
#include "kernels/tail/linear_tail.h"

namespace fxe {

inline constexpr unsigned kHeadThreads = 256, kHeadWarps = kHeadThreads / kWarpSize;

// A warp computes kClasses classes of kRows rows: blockIdx.x counts groups of classes, blockIdx.y groups
// of rows.
template <class T, int kRows, int kClasses>
__global__ void __launch_bounds__(kHeadThreads)
    linear_tail_kernel(const __grid_constant__ LinearHead head, const __grid_constant__ TailCall call) {
  using Tile = DotTile<kRows, kClasses>;
  const TailArguments& a = call.arguments;
  const int count = *a.live_count, depth = head.depth;
  const int first_row = static_cast<int>(blockIdx.y) * kRows, rows = min(kRows, count - first_row);
  const int first_class = static_cast<int>(blockIdx.x * kHeadWarps + threadIdx.x / kWarpSize) * kClasses;
  const int classes = min(kClasses, a.classes - first_class);
  if (rows > 0 && classes > 0) {
    const auto at = [&](const void* data, int row) {
      return static_cast<const T*>(data) + static_cast<size_t>(row) * static_cast<size_t>(depth);
    };
    const float product = Tile::product(DotRows<T>{at(head.x, first_row), rows},
                                        DotRows<T>{at(head.weight, first_class), classes}, depth);
    const int r = Tile::row(), k = Tile::column();
    if (Tile::writes() && r < rows && k < classes)
      head.logits[static_cast<size_t>(first_row + r) * static_cast<size_t>(a.classes) +
                  static_cast<size_t>(first_class + k)] =
          product + (head.bias ? head.bias[first_class + k] : 0.0f);
  }
  end_head<kRows>(a, first_row, rows, count, call.arrivals, call.branch);
}

}  // namespace fxe
