// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/simt.h"
#include "kernels/tail/batch_switch.cuh"
#include "kernels/tail/start.h"

namespace fxe {

__global__ void start_kernel(const __grid_constant__ StartArguments a) {
  const auto i = static_cast<int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
  const BatchStart batch = *a.batch;
  if (i < batch.count) a.live[i] = i;
  if (i < a.n) a.weight_sum[i] = 0;
  if (i == 0) {
    *a.live_count = batch.count;
    const uint64_t now_ns = device_clock_ns();
    if (a.began_ns) *a.began_ns = now_ns;
    *a.deadline = {now_ns - batch.host_ns, batch.deadline_ns};
    set_batch(a.batch_switch, batch.count);
  }
}

__global__ void choose_batch_kernel(const int32_t* live_count, const __grid_constant__ BatchSwitch to) {
  set_batch(to, *live_count);
}

}  // namespace fxe
