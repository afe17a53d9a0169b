// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail.cuh"

#include <algorithm>

#include "kernels/launch.h"

namespace fxe {

void launch_tail(Queue& queue, const TailArguments& a, int32_t n, uint32_t* arrivals,
                 const TailBranch& branch) {
  const unsigned warps = (static_cast<unsigned>(a.classes) + kWarpSize - 1) / kWarpSize;
  const Grid grid{dim3(static_cast<unsigned>(n)), kWarpSize * std::min(warps, kTailMaxWarps)};
  launch(queue, "tail", tail_kernel, grid, a, arrivals, branch);
}

}  // namespace fxe
