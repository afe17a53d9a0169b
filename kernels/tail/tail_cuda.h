// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/tail/batch_switch.h"
#include "kernels/tail/tail.h"

namespace fxe {

// What the device decides after a member: the conditional nodes set by its last block.
struct TailBranch {
  bool has_if = false;   // what follows is inside an IF node
  uint64_t goes_on = 0;  // its handle, of any value: set to 1 if an image is left, else to 0
  BatchSwitch batch;     // of the next member
};

// The arguments of a kernel that runs the tail.
struct TailCall {
  TailArguments arguments;
  uint32_t* arrivals = nullptr;  // [tail_arrivals(n)] on the device: 0 before and after each launch
  TailBranch branch;
};
inline size_t tail_arrivals(int32_t n) { return 1 + static_cast<size_t>(n); }

// run_tail_cpu for a CUDA queue, as a separate kernel: one block per row of the capacity n. The elapsed time
// is the device clock minus deadline->start_ns. linear_tail.h, conv_pool_tail.h and pool_tail.h have the
// kernels that make logits and run the tail on them.
void launch_tail(Queue&, const TailCall&, int32_t n);

}  // namespace fxe
