// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.cuh"
#include "kernels/reduce.cuh"

// Products of a few rows of x with a few rows of w, by one warp: the building block of fully
// connected layers.
namespace fxe {

// Adds each of the lanes' `count` sums over all lanes; count: a power of two, at most 32. Returns number
// lane / (32 / count), in count + log2(32 / count) - 1 shuffles instead of 5 count.
template <int count>
__device__ float reduce_scatter(float (&sums)[count]) {
  static_assert(count > 0 && count <= 32 && (count & (count - 1)) == 0);
  const unsigned lane = threadIdx.x % kWarpSize;
  unsigned lane_mask = kWarpSize / 2;
  for (int half = count / 2; half > 0; half /= 2, lane_mask /= 2)
    for (int i = 0; i < half; ++i) {
      const bool upper = (lane & lane_mask) != 0;
      const float kept = upper ? sums[half + i] : sums[i], given = upper ? sums[i] : sums[half + i];
      sums[i] = kept + __shfl_xor_sync(kFullWarp, given, static_cast<int>(lane_mask));
    }
  for (; lane_mask > 0; lane_mask /= 2)
    sums[0] += __shfl_xor_sync(kFullWarp, sums[0], static_cast<int>(lane_mask));
  return sums[0];
}

// Consecutive rows of `depth` elements, a multiple of 16 bytes.
template <class T>
struct DotRows {
  const T* first;
  int count;  // at least 1; rows past it repeat the last one
};

// The place in a tile whose product a lane ends up with.
template <int kRows, int kColumns>
struct DotTile {
  // The fewer sums a lane has, the more memory it must request at a time.
  static constexpr int kTurns = kRows * kColumns == 1 ? 8 : kRows * kColumns <= 4 ? 4 : kColumns == 1 ? 2 : 1;
  static constexpr int kLanesOfOne = static_cast<int>(kWarpSize) / (kRows * kColumns);

  __device__ static int lane() { return static_cast<int>(threadIdx.x % kWarpSize); }
  __device__ static int row() { return lane() / kLanesOfOne / kColumns; }
  __device__ static int column() { return lane() / kLanesOfOne % kColumns; }
  __device__ static bool writes() { return lane() % kLanesOfOne == 0; }  // one of the lanes that hold it

  // x_row . w_column, in fp32. Each lane takes every 32nd 16 bytes of all rows.
  template <class T>
  __device__ static float product(const DotRows<T>& x, const DotRows<T>& w, int depth) {
    unsigned x_row[kRows], w_row[kColumns];  // where each begins
    for (int r = 0; r < kRows; ++r) x_row[r] = static_cast<unsigned>(min(r, x.count - 1) * depth);
    for (int k = 0; k < kColumns; ++k) w_row[k] = static_cast<unsigned>(min(k, w.count - 1) * depth);
    float sums[kRows * kColumns] = {};
    const int turns =
        (depth / kLanes<T> - lane() + static_cast<int>(kWarpSize) - 1) / static_cast<int>(kWarpSize);
    FXE_UNROLL(kTurns)
    for (int turn = 0; turn < turns; ++turn) {
      const auto c = static_cast<unsigned>((turn * static_cast<int>(kWarpSize) + lane()) * kLanes<T>);
      Lanes<T> w_lanes[kColumns];
      for (int k = 0; k < kColumns; ++k) w_lanes[k] = load_lanes(w.first + (w_row[k] + c));
      for (int r = 0; r < kRows; ++r) {
        const Lanes<T> x_lanes = load_lanes(x.first + (x_row[r] + c));
        for (int k = 0; k < kColumns; ++k)
          for (int i = 0; i < kLanes<T>; ++i)
            sums[r * kColumns + k] += x_lanes.value[i] * w_lanes[k].value[i];
      }
    }
    return reduce_scatter(sums);
  }
};

}  // namespace fxe
