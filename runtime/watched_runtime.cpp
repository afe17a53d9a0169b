// SPDX-License-Identifier: Apache-2.0
#include "runtime/watched_runtime.h"

#include "engine/error.h"
#include "metareasoner/profile/host_kernel_clock.h"

namespace fxe {

#if !FXE_HAVE_CUDA
void expect_gpu_clock() { throw run_time_error("profile: this program was built without CUDA"); }
std::unique_ptr<KernelClock> make_gpu_clock(std::vector<PlanMember*>) { return nullptr; }
#endif

void expect_kernel_clock(const ChosenDevice& device) {
  if (device.is_cuda) expect_gpu_clock();
}

std::unique_ptr<KernelClock> start_kernel_clock(Runtime& runtime, const LoadedEnsemble& ensemble,
                                                const RunOptions& options) {
  if (!runtime.device.is_cuda) return std::make_unique<HostKernelClock>(member_pointers(runtime));
  runtime.executor.reset();
  runtime.ranges.reset();  // a member has one observer
  auto clock = make_gpu_clock(member_pointers(runtime));
  add_executor(runtime, ensemble, options);
  return clock;
}

}  // namespace fxe
