// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/input/dataset.h"
#include "metareasoner/policy.h"
#include "tools/commands/ensemble_loader.h"

namespace fxe {

// One way to drive a GPU, in the words of --control and --tail, and its network time on all images.
struct ScheduleTime {
  std::string control, tail;
  double network_ms = 0;
};

struct ScheduleTimes {
  std::vector<ScheduleTime> schedules;  // none on the CPU, which is driven in one way only
  int64_t images = 0;
};

// Runs the policy on the images under device control, host control and no control, and with the tail fused
// and separate: all on one batch, then all on the next, and which is first moves on. Binds the runtime's
// members to executors of its own: the runtime's cannot be used afterwards. Throws run_time where the memory
// for all of them at a time is not there.
ScheduleTimes compare_schedules(Runtime&, const LoadedEnsemble&, const Dataset&, const Policy&, RunOptions);

}  // namespace fxe
