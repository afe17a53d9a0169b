// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/tail.h"

namespace fxe {

// What the device decides after a member: the conditional node that its last block sets.
struct TailBranch {
  static constexpr int32_t kMaxSizes = 16;

  uint64_t handle = 0;           // cudaGraphConditionalHandle; 0: none
  int32_t sizes = 0;             // 0: an IF node, 1 where an image goes on
  int32_t rows[kMaxSizes] = {};  // else a SWITCH node over ascending batch sizes: the first that holds the
                                 // survivors; `sizes` (no body) where there are none
};

// run_tail_cpu for a CUDA queue: one block per row of the capacity n. `arrivals` [1] on the device is 0
// before, and again after each launch. Elapsed time is the device clock less deadline->start_ns.
void launch_tail(Queue&, const TailArguments&, int32_t n, uint32_t* arrivals, const TailBranch& = {});

}  // namespace fxe
