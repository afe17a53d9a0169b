// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/tail/close.cuh"
#include "kernels/tail/last_block.cuh"
#include "kernels/tail/row.cuh"
#include "kernels/tail/tail_cuda.h"

namespace fxe {

inline constexpr unsigned kTailMaxThreads = 256;

// A block has one row: gridDim.x is the capacity, and blocks past the live rows only count themselves.
__global__ void __launch_bounds__(kTailMaxThreads) tail_kernel(const __grid_constant__ TailCall call) {
  const TailArguments& a = call.arguments;
  const int32_t r = static_cast<int32_t>(blockIdx.x), count = *a.live_count;
  if (r < count) run_tail_row(a, r, BlockTeam{});
  if (is_last_block(call.arrivals, gridDim.x)) close_stage(a, count, call.branch);
}

}  // namespace fxe
