// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/tail/close.cuh"
#include "kernels/tail/last_block.cuh"
#include "kernels/tail/row.cuh"

namespace fxe {

// The end of every block of a head's kernel, once its logits are written. Blocks with the same blockIdx.y
// make the logits of rows `first_row` to `first_row + rows - 1` (rows may be 0 or less): the last of them to
// arrive runs the tail on these rows, and the last of those closes the stage. `count`: live rows, read before
// the first arrival. A single row is handled by the whole block, several by a warp each.
// arrivals: [1 + gridDim.y].
template <int kRows>
__device__ void end_head(const TailArguments& a, int first_row, int rows, int count, uint32_t* arrivals,
                         const TailBranch& branch) {
  if (!is_last_block(arrivals + 1 + blockIdx.y, gridDim.x)) return;
  if constexpr (kRows == 1) {
    if (rows > 0) run_tail_row(a, first_row, BlockTeam{});
  } else {
    for (int r = static_cast<int>(threadIdx.x / kWarpSize); r < rows;
         r += static_cast<int>(blockDim.x / kWarpSize))
      run_tail_row(a, first_row + r, WarpTeam{});
  }
  if (is_last_block(arrivals, gridDim.y)) close_stage(a, count, branch);
}

}  // namespace fxe
