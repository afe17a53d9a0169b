// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/dot_tile.cuh"
#include "kernels/pointwise_function.cuh"
#include "kernels/tail/conv_pool_tail.h"
#include "kernels/tail/head_end.cuh"

namespace fxe {

inline constexpr int kConvPoolPixels = 4, kConvPoolClasses = 8;  // in a warp's tile: one product per lane
inline constexpr unsigned kConvPoolThreads = 256, kConvPoolWarps = kConvPoolThreads / kWarpSize;

// Logits of at most kConvPoolClasses classes of one image, by one block, whose warps take its pixels in turn.
template <class T>
__device__ void pool_classes(const ConvPoolHead& head, int image, int first_class, int classes,
                             float* logits) {
  using Tile = DotTile<kConvPoolPixels, kConvPoolClasses>;
  const auto at = [depth = head.depth](const void* data, int row) {
    return static_cast<const T*>(data) + static_cast<size_t>(row) * static_cast<size_t>(depth);
  };
  const int warp = static_cast<int>(threadIdx.x / kWarpSize), k = Tile::column();
  const float bias = head.bias && k < classes ? head.bias[first_class + k] : 0.0f;
  float sum = 0;
  for (int first = warp * kConvPoolPixels; first < head.pixels;
       first += static_cast<int>(kConvPoolWarps) * kConvPoolPixels) {
    const int pixels = min(kConvPoolPixels, head.pixels - first);
    float value[1] = {Tile::product(DotRows<T>{at(head.x, image * head.pixels + first), pixels},
                                    DotRows<T>{at(head.weight, first_class), classes}, head.depth) +
                      bias};
    apply(head.f, value);
    if (Tile::row() < pixels) sum += value[0];
  }
  for (int lane_mask = kConvPoolClasses; lane_mask < static_cast<int>(kWarpSize); lane_mask *= 2)
    sum += __shfl_xor_sync(kFullWarp, sum, lane_mask);

  FXE_SHARED(float, partial, kConvPoolWarps* kConvPoolClasses);
  if (Tile::row() == 0) partial[warp * kConvPoolClasses + k] = sum;
  __syncthreads();
  const int mine = static_cast<int>(threadIdx.x);
  if (mine >= classes) return;
  float total = 0;
  for (int w = 0; w < static_cast<int>(kConvPoolWarps); ++w) total += partial[w * kConvPoolClasses + mine];
  logits[first_class + mine] = total / static_cast<float>(head.pixels);
}

// blockIdx.x counts groups of classes, blockIdx.y rows.
template <class T>
__global__ void __launch_bounds__(kConvPoolThreads)
    conv_pool_tail_kernel(const __grid_constant__ ConvPoolHead head, const __grid_constant__ TailCall call) {
  const TailArguments& a = call.arguments;
  const int count = *a.live_count, row = static_cast<int>(blockIdx.y);
  const int first_class = static_cast<int>(blockIdx.x) * kConvPoolClasses;
  if (row < count)
    pool_classes<T>(head, row, first_class, min(kConvPoolClasses, a.classes - first_class),
                    head.logits + static_cast<size_t>(row) * static_cast<size_t>(a.classes));
  end_head<1>(a, row, row < count ? 1 : 0, count, call.arrivals, call.branch);
}

}  // namespace fxe
