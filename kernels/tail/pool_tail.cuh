// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.cuh"
#include "kernels/tail/head_end.cuh"
#include "kernels/tail/pool_tail.h"

namespace fxe {

inline constexpr unsigned kPoolTailThreads = 256, kPoolTailWarps = kPoolTailThreads / kWarpSize;

template <class T>
inline constexpr int kPoolTailClasses = static_cast<int>(kWarpSize) * kLanes<T>;  // per block

// Logits of at most kPoolTailClasses classes of one image, by one block: a lane has 16 bytes of each pixel,
// the warps take the pixels in turn.
template <class T>
__device__ void pool_row(const PoolHead& head, int row, int first_class, int classes, float* logits) {
  const int warp = static_cast<int>(threadIdx.x / kWarpSize),
            lane = static_cast<int>(threadIdx.x % kWarpSize);
  const int c = first_class + lane * kLanes<T>;
  Lanes<T> sum{};
  if (c < head.stored_c)
    for (int p = warp; p < head.pixels; p += static_cast<int>(kPoolTailWarps)) {
      const Lanes<T> x =
          load_lanes(static_cast<const T*>(head.x) +
                     static_cast<size_t>(row * head.pixels + p) * static_cast<size_t>(head.stored_c) +
                     static_cast<size_t>(c));
      for (int i = 0; i < kLanes<T>; ++i) sum.value[i] += x.value[i];
    }
  FXE_SHARED(float, partial, kPoolTailWarps* kPoolTailClasses<T>);
  for (int i = 0; i < kLanes<T>; ++i)
    partial[warp * kPoolTailClasses<T> + lane * kLanes<T> + i] = sum.value[i];
  __syncthreads();
  for (int k = static_cast<int>(threadIdx.x); k < classes; k += static_cast<int>(kPoolTailThreads)) {
    float total = 0;
    for (int w = 0; w < static_cast<int>(kPoolTailWarps); ++w) total += partial[w * kPoolTailClasses<T> + k];
    logits[first_class + k] = total / static_cast<float>(head.pixels);
  }
}

// blockIdx.x counts groups of classes, blockIdx.y rows.
template <class T>
__global__ void __launch_bounds__(kPoolTailThreads)
    pool_tail_kernel(const __grid_constant__ PoolHead head, const __grid_constant__ TailCall call) {
  const TailArguments& a = call.arguments;
  const int count = *a.live_count, row = static_cast<int>(blockIdx.y);
  const int first_class = static_cast<int>(blockIdx.x) * kPoolTailClasses<T>;
  if (row < count)
    pool_row<T>(head, row, first_class, min(kPoolTailClasses<T>, a.classes - first_class),
                head.logits + static_cast<size_t>(row) * static_cast<size_t>(a.classes));
  end_head<1>(a, row, row < count ? 1 : 0, count, call.arrivals, call.branch);
}

}  // namespace fxe
