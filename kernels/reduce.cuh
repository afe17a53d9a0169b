// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/simt.h"

// Reductions over a block of whole warps. Every thread gets the same bits: in a butterfly both partners
// combine the same two values, and `op` is commutative.
namespace fxe {

inline constexpr unsigned kWarpSize = 32;
inline constexpr unsigned kFullWarp = 0xffffffffu;

template <class T>
__device__ T shuffle_xor(T value, int lane_mask) {  // T: words of 4 bytes
  static_assert(sizeof(T) % 4 == 0);
  unsigned words[sizeof(T) / 4];
  memcpy(words, &value, sizeof(T));
  for (unsigned& word : words) word = __shfl_xor_sync(kFullWarp, word, lane_mask);
  memcpy(&value, words, sizeof(T));
  return value;
}

template <class T, class Op>
__device__ T warp_reduce(T value, Op op) {
  for (int lane_mask = kWarpSize / 2; lane_mask > 0; lane_mask /= 2)
    value = op(value, shuffle_xor(value, lane_mask));
  return value;
}

// `partial`: shared memory for one value per warp, used by no other reduction of the kernel.
template <class T, class Op>
__device__ T block_reduce(T value, T identity, Op op, T* partial) {
  const unsigned lane = threadIdx.x % kWarpSize, warp = threadIdx.x / kWarpSize;
  value = warp_reduce(value, op);
  if (lane == 0) partial[warp] = value;
  __syncthreads();
  return warp_reduce(lane < blockDim.x / kWarpSize ? partial[lane] : identity, op);
}

}  // namespace fxe
