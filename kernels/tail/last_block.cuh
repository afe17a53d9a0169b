// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/simt.h"

namespace fxe {

// Every thread of `blocks` blocks calls this once for the counter `arrivals`. True in the block that arrives
// last: it sees everything the others wrote, and none of them reads or writes any more. The counter is 0
// before a launch and again after it, so that a graph can be launched again without clearing it.
__device__ inline bool is_last_block(uint32_t* arrivals, unsigned blocks) {
  FXE_SHARED(bool, last, 1);
  __syncthreads();  // what every thread of this block did before its arrival
  if (threadIdx.x == 0) {
    __threadfence();  // this block's writes before its arrival
    const uint32_t end = blocks - 1;
    last[0] = atomicInc(arrivals, end) == end;
    __threadfence();  // the arrivals before reading what they announce
  }
  __syncthreads();
  return last[0];
}

}  // namespace fxe
