// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "metareasoner/plan_member.h"
#include "runtime/device_choice.h"
#include "runtime/ensemble_loader.h"
#include "runtime/run_options.h"

namespace fxe {

// An ensemble compiled for a device, ready to run. Destroyed from the bottom: each field needs those
// above it. A process may have several.
struct Runtime {
  ChosenDevice device;
  std::vector<std::unique_ptr<PlanMember>> members;
  std::vector<ImageInput> inputs;        // the ensemble's, in the form the executor takes
  std::unique_ptr<PlanObserver> ranges;  // with Launch::stream on a GPU: names for NVIDIA's profilers
  std::unique_ptr<Executor> executor;
  int64_t max_pixels = kMaxPixels;  // per image
};
// Optimises and compiles each model, and frees its weights once its plans are made. Throws run_time if memory
// does not suffice, saying how much is needed.
Runtime make_runtime(LoadedEnsemble&, const RunOptions&);
// The same in two steps, for callers that need the members before there is an executor: plans, then
// the executor.
Runtime make_members(LoadedEnsemble&, const RunOptions&);
void add_executor(Runtime&, const LoadedEnsemble&, const RunOptions&);
std::vector<PlanMember*> member_pointers(const Runtime&);
std::vector<MemberSlot> member_slots(const Runtime&, const LoadedEnsemble&);

}  // namespace fxe
