// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "metareasoner/profile/kernel_clock.h"
#include "tools/commands/ensemble_loader.h"

namespace fxe {

// An ensemble ready to run, and the clock that can watch its kernels.
struct WatchedRuntime {
  Runtime runtime;
  std::unique_ptr<KernelClock> clock;
};
// Throws run_time where the device's kernels cannot be timed, saying what is missing.
WatchedRuntime make_watched_runtime(LoadedEnsemble&, const RunOptions&);

// For a GPU (watched_runtime_cuda.cpp): by CUPTI. Before the executor is made: graphs are then captured.
std::unique_ptr<KernelClock> make_gpu_clock(std::vector<PlanMember*> members);

}  // namespace fxe
