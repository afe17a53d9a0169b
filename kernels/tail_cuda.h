// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/batch_switch.h"
#include "kernels/tail.h"

namespace fxe {

// What the device decides after a member: the conditional nodes that its last block sets.
struct TailBranch {
  uint64_t goes_on = 0;  // of the IF node around what follows: 1 where an image is left; 0: no such node
  BatchSwitch batch;     // of the next member
};

// run_tail_cpu for a CUDA queue: one block per row of the capacity n. `arrivals` [1] on the device is 0
// before, and again after each launch. Elapsed time is the device clock less deadline->start_ns.
void launch_tail(Queue&, const TailArguments&, int32_t n, uint32_t* arrivals, const TailBranch& = {});

}  // namespace fxe
