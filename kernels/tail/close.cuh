// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/tail/batch_switch.cuh"
#include "kernels/tail/compact.cuh"
#include "kernels/tail/tail_cuda.h"

namespace fxe {

// The end of a stage, by the one remaining block: its `count` rows become the survivors, and the conditional
// nodes are set accordingly.
__device__ inline void close_stage(const TailArguments& a, int32_t count, const TailBranch& branch) {
  const int32_t survivors = compact_rows(a.live, count);
  if (threadIdx.x != 0) return;
  *a.live_count = survivors;
  if (a.times_ns) a.times_ns[1 + a.stage] = device_clock_ns();
  if (branch.has_if) cudaGraphSetConditional(branch.goes_on, survivors > 0);
  set_batch(branch.batch, survivors);
}

}  // namespace fxe
