// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/input/dataset.h"
#include "metareasoner/policy.h"
#include "metareasoner/profile/kernel_table.h"
#include "runtime/compare_schedules.h"
#include "runtime/device_ceiling.h"
#include "runtime/ensemble_runtime.h"
#include "runtime/evaluate.h"

namespace fxe {

// How a policy did on the images of a profile.
struct ProfiledPolicy {
  double network_ms = 0;   // of runs without observers
  double observed_ms = 0;  // of the same batches with every kernel timed
  double members = 0;      // that ran, summed over images
  std::vector<int64_t> exits;
};

// One observed batch, for a trace.
struct TracedBatch {
  KernelTable::Policy policy;
  std::vector<KernelCall> calls;
};

struct ProfileResult {
  ProfiledPolicy policies[2];  // by KernelTable::Policy
  int64_t images = 0;
  std::vector<FailedImage> failed;
  KernelTable table;
  DeviceCeiling ceiling;
  std::vector<TracedBatch> traced;
  ScheduleTimes schedules;
  bool stopped = false;  // before the last image

  double per_image_ms(KernelTable::Policy p) const {
    return policies[p].network_ms / static_cast<double>(images);
  }
  // Time of the observed runs that no kernel accounts for: launches, gathering of survivors, decisions,
  // the clock.
  double outside_ms(KernelTable::Policy p) const { return policies[p].observed_ms - table.measured_ms(p); }
};

struct ProfileOptions {
  double deadline_ms = 0;
  size_t traced_batches = 0;          // per policy
  std::function<bool()> stop = {};    // asked before every image
  OnProgress progress = {};           // images
  OnProgress observed_progress = {};  // images of the pass in which kernels are timed
};

// Runs the policy and the full ensemble on every batch, in alternating order: once through the images
// unobserved, then compare_schedules(), then once more with every kernel timed. Throws run_time, before
// anything runs, if the device's kernels cannot be timed.
ProfileResult profile(LoadedEnsemble&, Runtime&, const Dataset&, const Policy&, const RunOptions&,
                      const ProfileOptions&);

}  // namespace fxe
