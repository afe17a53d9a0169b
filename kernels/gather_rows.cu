// SPDX-License-Identifier: Apache-2.0
#include "kernels/gather_rows.cuh"

#include <algorithm>

#include "kernels/launch.h"

namespace fxe {

void launch_gather_rows(Queue& queue, const GatherRows& a) {
  constexpr int64_t kElementsPerThread = 4, kMaxParts = 1024;
  const int64_t per_block = kGatherThreads * kElementsPerThread;
  const int64_t parts = std::min((a.elements + per_block - 1) / per_block, kMaxParts);
  const Grid grid{dim3(static_cast<unsigned>(parts), static_cast<unsigned>(a.n)), kGatherThreads};
  launch(queue, "gather_rows", gather_rows_kernel, grid, a);
}

}  // namespace fxe
