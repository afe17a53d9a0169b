// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/gpu_kernel_clock.h"
#include "runtime/watched_runtime.h"

namespace fxe {

void expect_gpu_clock() { CuptiLibrary::find(); }

std::unique_ptr<KernelClock> make_gpu_clock(std::vector<PlanMember*> members) {
  return std::make_unique<GpuKernelClock>(std::move(members));
}

}  // namespace fxe
