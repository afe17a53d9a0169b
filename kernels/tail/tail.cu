// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail/tail.cuh"

#include <algorithm>

#include "kernels/launch.h"

namespace fxe {

void launch_tail(Queue& queue, const TailCall& call, int32_t n) {
  const unsigned warps = (static_cast<unsigned>(call.arguments.classes) + kWarpSize - 1) / kWarpSize;
  const Grid grid{dim3(static_cast<unsigned>(n)), kWarpSize * std::min(warps, kTailMaxThreads / kWarpSize)};
  launch(queue, "tail", tail_kernel, grid, call);
}

}  // namespace fxe
