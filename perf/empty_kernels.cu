// SPDX-License-Identifier: Apache-2.0
#include "perf/empty_kernels.h"

#include "kernels/launch.h"

namespace fxe {

__global__ void empty_kernel(const __grid_constant__ Settings settings) {
  for (int32_t i = 0; i < settings.count; ++i)
    cudaGraphSetConditional(settings.conditions[i], settings.values[i]);
}

void launch_empty(Queue& queue, const Settings& settings) {
  launch(queue, "empty", empty_kernel, Grid{}, settings);
}

}  // namespace fxe
