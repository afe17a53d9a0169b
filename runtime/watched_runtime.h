// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "metareasoner/profile/kernel_clock.h"
#include "runtime/ensemble_runtime.h"

namespace fxe {

// Throws run_time if this device's kernels cannot be timed, saying what is missing.
void expect_kernel_clock(const ChosenDevice&);

// A clock for the kernels of the runtime's members, destroyed before it. On a GPU the runtime gets a new
// executor, whose graphs are captured under the clock; the process is slower from then on.
std::unique_ptr<KernelClock> start_kernel_clock(Runtime&, const LoadedEnsemble&, const RunOptions&);

// For GPUs (watched_runtime_cuda.cpp), on CUPTI.
void expect_gpu_clock();
std::unique_ptr<KernelClock> make_gpu_clock(std::vector<PlanMember*> members);

}  // namespace fxe
