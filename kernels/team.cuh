// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/reduce.cuh"
#include "kernels/simt.h"

// Threads that work on one row together. Both kinds have the same members; every thread of the team calls
// them together and gets the same bits. all() is also a barrier.
namespace fxe {

// A block of whole warps, at most 1024 threads. Each Op reduces once per kernel: its scratch is not shared.
struct BlockTeam {
  __device__ static int32_t rank() { return static_cast<int32_t>(threadIdx.x); }
  __device__ static int32_t size() { return static_cast<int32_t>(blockDim.x); }
  __device__ static bool all(bool value) { return __syncthreads_and(value); }
  template <class T, class Op>
  __device__ static T reduce(T value, T identity, Op op) {
    FXE_SHARED(T, partial, 1024 / kWarpSize);
    return block_reduce(value, identity, op, partial);
  }
};

struct WarpTeam {
  __device__ static int32_t rank() { return static_cast<int32_t>(threadIdx.x % kWarpSize); }
  __device__ static int32_t size() { return static_cast<int32_t>(kWarpSize); }
  __device__ static bool all(bool value) {
    __syncwarp();
    return __all_sync(kFullWarp, value);
  }
  template <class T, class Op>
  __device__ static T reduce(T value, T, Op op) {
    return warp_reduce(value, op);
  }
};

}  // namespace fxe
