// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/reduce.cuh"
#include "kernels/simt.h"

namespace fxe {

// Rows are images that go on, or -1. Moves the images to the front, in order, and returns their number in
// every thread. For one block.
__device__ inline int32_t compact_rows(int32_t* rows, int32_t count) {
  FXE_SHARED(int32_t, warp_survivors, 1024 / kWarpSize);
  const unsigned lane = threadIdx.x % kWarpSize, warp = threadIdx.x / kWarpSize;
  int32_t survivors = 0;  // before this turn's rows
  for (int32_t first = 0; first < count; first += static_cast<int32_t>(blockDim.x)) {
    const int32_t r = first + static_cast<int32_t>(threadIdx.x);
    const int32_t image = r < count ? __ldcg(&rows[r]) : -1;  // written by other blocks: not from L1
    const unsigned going_on = __ballot_sync(kFullWarp, image >= 0);
    if (lane == 0) warp_survivors[warp] = __popc(going_on);
    __syncthreads();  // all rows of this turn are read before any is overwritten
    int32_t place = survivors + __popc(going_on & ((1u << lane) - 1));
    for (unsigned w = 0; w < blockDim.x / kWarpSize; ++w) {
      if (w < warp) place += warp_survivors[w];
      survivors += warp_survivors[w];
    }
    if (image >= 0) rows[place] = image;
    __syncthreads();  // warp_survivors is read before the next turn overwrites it
  }
  return survivors;
}

}  // namespace fxe
