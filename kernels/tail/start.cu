// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail/start.cuh"

#include "kernels/launch.h"

namespace fxe {

void launch_start(Queue& queue, const StartArguments& a) {
  launch(queue, "start", start_kernel, grid_for(a.n, 128), a);
}

void launch_choose_batch(Queue& queue, const int32_t* live_count, const BatchSwitch& to) {
  launch(queue, "choose_batch", choose_batch_kernel, Grid{}, live_count, to);
}

}  // namespace fxe
