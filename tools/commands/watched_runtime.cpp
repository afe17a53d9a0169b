// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/watched_runtime.h"

#include "engine/error.h"
#include "metareasoner/profile/host_kernel_clock.h"

namespace fxe {

#if !FXE_HAVE_CUDA
std::unique_ptr<KernelClock> make_gpu_clock(std::vector<PlanMember*>) {
  throw run_time_error("profile: this program was built without CUDA");
}
#endif

WatchedRuntime make_watched_runtime(LoadedEnsemble& ensemble, const RunOptions& options) {
  WatchedRuntime watched{make_members(ensemble, options), nullptr};
  auto members = member_pointers(watched.runtime);
  watched.clock = watched.runtime.device.is_cuda ? make_gpu_clock(std::move(members))
                                                 : std::make_unique<HostKernelClock>(std::move(members));
  add_executor(watched.runtime, ensemble, options);
  return watched;
}

}  // namespace fxe
