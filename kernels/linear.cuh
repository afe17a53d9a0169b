// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/dot_tile.cuh"
#include "kernels/linear.h"
#include "kernels/pointwise_function.cuh"

namespace fxe {

inline constexpr unsigned kLinearThreads = 256, kLinearWarps = kLinearThreads / kWarpSize;

// A warp computes kClasses outputs of kRows rows, as in linear_tail.cuh.
template <class T, int kRows, int kClasses>
__global__ void __launch_bounds__(kLinearThreads)
    linear_kernel(const T* x, const T* weight, const float* bias, int depth, PointwiseFunction f, Nhwc<T> y) {
  using Tile = DotTile<kRows, kClasses>;
  const int first_row = static_cast<int>(blockIdx.y) * kRows;
  const int first_k = static_cast<int>(blockIdx.x * kLinearWarps + threadIdx.x / kWarpSize) * kClasses;
  const int rows = min(kRows, y.n - first_row), outputs = min(kClasses, y.stored_c - first_k);
  if (outputs <= 0) return;
  const auto at = [depth](const T* data, int row) {
    return data + static_cast<size_t>(row) * static_cast<size_t>(depth);
  };
  const float product =
      Tile::product(DotRows<T>{at(x, first_row), rows}, DotRows<T>{at(weight, first_k), outputs}, depth);
  const int r = Tile::row(), k = first_k + Tile::column();
  if (!Tile::writes() || r >= rows || k >= first_k + outputs) return;
  float value[1] = {product + (bias ? bias[k] : 0.0f)};
  apply(f, value);
  y.pixel(first_row + r, 0, 0)[k] = from_float<T>(k < y.c ? value[0] : 0.0f);
}

}  // namespace fxe
