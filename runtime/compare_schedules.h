// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/input/dataset.h"
#include "metareasoner/policy.h"
#include "runtime/ensemble_runtime.h"

namespace fxe {

// One way to drive a GPU, by the values of --control and --tail, and its network time on all images.
struct ScheduleTime {
  std::string control, tail;
  double network_ms = 0;
};

struct ScheduleTimes {
  std::vector<ScheduleTime> schedules;  // none on the CPU, which can only be driven in one way
  int64_t images = 0;
};

// Runs the policy on the images with device control, host control and no control, and with the tail fused and
// separate: all on one batch, then all on the next, each time starting with another one. Binds the runtime's
// members to executors of its own: the runtime's executor cannot be used afterwards. Throws run_time if there
// is not enough memory for all of them at once. Ends early once `stop` says so.
ScheduleTimes compare_schedules(Runtime&, const LoadedEnsemble&, const Dataset&, const Policy&, RunOptions,
                                const std::function<bool()>& stop = {});

}  // namespace fxe
