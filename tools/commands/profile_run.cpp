// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/profile_run.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/input/loader.h"
#include "engine/signals.h"
#include "tools/commands/progress.h"

namespace fxe {

namespace {

std::vector<const PlanMember*> pointers(const std::vector<std::unique_ptr<PlanMember>>& members) {
  std::vector<const PlanMember*> list;
  for (const auto& m : members) list.push_back(m.get());
  return list;
}

class Profiler {
 public:
  Profiler(LoadedEnsemble& ensemble, Runtime& runtime, KernelClock& clock, const Policy& policy,
           const ProfileOptions& options)
      : runtime_(runtime),
        clock_(clock),
        options_(options),
        prepared_{runtime.executor->prepare(policy.point),
                  runtime.executor->prepare(resolve_policy(ensemble.file, "full").point)},
        result_{.table = KernelTable(pointers(runtime.members))} {
    result_.policies[KernelTable::flexible].exits.resize(policy.point.size());
    result_.policies[KernelTable::full].exits.resize(ensemble.file.members.size());
    result_.ceiling = measure_ceiling(*runtime.device.backend);
  }

  void run_batch(int count) {
    if (count == 0) return;
    // Which goes first alternates, so that neither always finds the other's weights in the caches.
    const bool full_first = ++batches_ % 2 == 0;
    for (const bool watched : {false, true})
      for (const int turn : {0, 1})
        run((turn == 0) == full_first ? KernelTable::full : KernelTable::flexible, count, watched);
    result_.images += count;
  }

  ProfileResult take() { return std::move(result_); }
  ProfileResult& result() { return result_; }

 private:
  void run(KernelTable::Policy policy, int count, bool watched) {
    clock_.watch(watched);
    const double deadline_ms = policy == KernelTable::flexible ? options_.deadline_ms : 0;
    const BatchRun& run = runtime_.executor->run(prepared_[policy], count, deadline_ms);
    ProfiledPolicy& of = result_.policies[policy];
    if (!watched) {
      of.network_ms += run.ms;
      for (const RowResult& row : run.rows) {
        of.members += row.members;
        if (row.members > 0) ++of.exits[static_cast<size_t>(row.members) - 1];
      }
      return;
    }
    of.observed_ms += run.ms;
    auto calls = clock_.take();
    result_.table.add(policy, calls);
    if (traced_[policy]++ < options_.traced_batches) result_.traced.push_back({policy, std::move(calls)});
  }

  Runtime& runtime_;
  KernelClock& clock_;
  const ProfileOptions& options_;
  int prepared_[2];
  ProfileResult result_;
  int64_t batches_ = 0;
  size_t traced_[2] = {0, 0};
};

}  // namespace

ProfileResult profile(LoadedEnsemble& ensemble, Runtime& runtime, KernelClock& clock, const Dataset& dataset,
                      const Policy& policy, int batch, const ProfileOptions& options) {
  Profiler profiler(ensemble, runtime, clock, policy, options);
  Progress progress("profile", "images", dataset.images(), options.quiet);
  Loader loader(dataset, runtime.inputs, 1, 2 * static_cast<size_t>(batch) + 2, 0, dataset.images());
  int rows = 0;
  const StopRequest stop;
  while (const Loader::Item* item = stop ? nullptr : loader.next()) {
    if (item->error.empty()) {
      for (size_t i = 0; i < item->inputs.size(); ++i)
        std::copy(item->inputs[i].begin(), item->inputs[i].end(), runtime.executor->input(i, rows).begin());
      ++rows;
    } else {
      profiler.result().failed.push_back({dataset.paths[item->index], item->error});
    }
    if (rows == batch) profiler.run_batch(std::exchange(rows, 0));
    progress.advance(item->index + 1);
  }
  if (!stop) profiler.run_batch(rows);
  profiler.result().stopped_by = stop.signal();
  return profiler.take();
}

}  // namespace fxe
