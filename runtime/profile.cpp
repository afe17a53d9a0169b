// SPDX-License-Identifier: Apache-2.0
#include "runtime/profile.h"

#include <algorithm>

#include "engine/error.h"
#include "runtime/batches.h"
#include "runtime/watched_runtime.h"

namespace fxe {

namespace {

std::vector<const PlanMember*> pointers(const std::vector<std::unique_ptr<PlanMember>>& members) {
  std::vector<const PlanMember*> list;
  for (const auto& m : members) list.push_back(m.get());
  return list;
}

class Profiler : BatchSink {
 public:
  Profiler(LoadedEnsemble& ensemble, Runtime& runtime, const Dataset& dataset, const Policy& policy,
           const RunOptions& run, const ProfileOptions& options)
      : runtime_(runtime),
        dataset_(dataset),
        options_(options),
        batch_(run.batch),
        points_{policy.point, resolve_policy(ensemble.file, "full").point},
        result_{.table = KernelTable(pointers(runtime.members))} {
    result_.policies[KernelTable::flexible].exits.resize(policy.point.size());
    result_.policies[KernelTable::full].exits.resize(ensemble.file.members.size());
    result_.ceiling = measure_ceiling(*runtime.device.backend);
  }

  // Goes through the images once, timing the kernels if there is a clock.
  void pass(KernelClock* clock) {
    clock_ = clock;
    for (const auto policy : {KernelTable::flexible, KernelTable::full})
      prepared_[policy] = runtime_.executor->prepare(points_[policy]);
    if (clock) clock->watch(true);
    result_.stopped = !feed(dataset_, runtime_.inputs,
                            {.batch = batch_,
                             .max_pixels = runtime_.max_pixels,
                             .stop = options_.stop,
                             .progress = clock ? options_.observed_progress : options_.progress},
                            *this);
  }

  ProfileResult& result() { return result_; }

 private:
  void take(const Loader::Item& item, int row) override {
    if (row >= 0)
      write_row(item, *runtime_.executor, row);
    else if (!clock_)
      result_.failed.push_back({dataset_.paths[item.index], item.error});
  }

  void run(Batch& batch) override {
    const int count = batch.rows();
    if (count == 0) return;
    // The order alternates, so that neither always finds the other's weights in the caches.
    const bool full_first = ++batches_ % 2 == 0;
    for (const int turn : {0, 1})
      run_policy((turn == 0) == full_first ? KernelTable::full : KernelTable::flexible, count);
    if (!clock_) result_.images += count;
  }

  void run_policy(KernelTable::Policy policy, int count) {
    const double deadline_ms = policy == KernelTable::flexible ? options_.deadline_ms : 0;
    const BatchRun& run = runtime_.executor->run(prepared_[policy], count, deadline_ms);
    ProfiledPolicy& of = result_.policies[policy];
    if (!clock_) {
      of.network_ms += run.ms;
      for (const RowResult& row : run.rows) {
        of.members += row.members;
        if (row.members > 0) ++of.exits[static_cast<size_t>(row.members) - 1];
      }
      return;
    }
    of.observed_ms += run.ms;
    auto calls = clock_->take();
    result_.table.add(policy, calls);
    if (traced_[policy]++ < options_.traced_batches) result_.traced.push_back({policy, std::move(calls)});
  }

  Runtime& runtime_;
  const Dataset& dataset_;
  const ProfileOptions& options_;
  int batch_;
  OperatingPoint points_[2];  // by KernelTable::Policy
  int prepared_[2] = {};
  KernelClock* clock_ = nullptr;
  ProfileResult result_;
  int64_t batches_ = 0;
  size_t traced_[2] = {0, 0};
};

}  // namespace

ProfileResult profile(LoadedEnsemble& ensemble, Runtime& runtime, const Dataset& dataset,
                      const Policy& policy, const RunOptions& run, const ProfileOptions& options) {
  expect_kernel_clock(runtime.device);
  Profiler profiler(ensemble, runtime, dataset, policy, run, options);
  ProfileResult& result = profiler.result();
  profiler.pass(nullptr);
  if (result.stopped || result.images == 0) return std::move(result);
  try {
    result.schedules = compare_schedules(runtime, ensemble, dataset, policy, run, options.stop);
  } catch (const Error& e) {  // for example memory for all of them
    if (run.warn)
      run.warn(fmt::format("other schedules are not compared: {}; try a smaller --batch", e.what()));
  }
  const auto clock = start_kernel_clock(runtime, ensemble, run);
  profiler.pass(clock.get());
  return std::move(result);
}

}  // namespace fxe
