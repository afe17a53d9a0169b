// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/profile_schedules.h"

#include <algorithm>

#include "engine/input/loader.h"

namespace fxe {

namespace {

class Comparison {
 public:
  // prepare() captures an executor's graphs: rebinding the members later does not affect them.
  Comparison(Runtime& runtime, const LoadedEnsemble& ensemble, const Policy& policy, RunOptions options) {
    options.launch = Launch::graph;
    for (const auto& [control, tail] : kSchedules) {
      options.control = control;
      options.tail = tail;
      times_.schedules.push_back({std::string(name(control)), std::string(name(tail))});
      executors_.push_back(
          make_executor(runtime.device, member_slots(runtime, ensemble), runtime.inputs, options));
      prepared_.push_back(executors_.back()->prepare(policy.point));
    }
  }

  void take(const Loader::Item& item, int row) {
    for (auto& executor : executors_)
      for (size_t i = 0; i < item.inputs.size(); ++i)
        std::ranges::copy(item.inputs[i], executor->input(i, row).begin());
  }

  void run(int count) {
    if (count == 0) return;
    for (size_t i = 0; i < executors_.size(); ++i) {
      const size_t at = (batches_ + i) % executors_.size();
      const double ms = executors_[at]->run(prepared_[at], count).ms;
      if (batches_ > 0) times_.schedules[at].network_ms += ms;  // the first is for warming up
    }
    if (batches_++ > 0) times_.images += count;
  }

  ScheduleTimes times() { return std::move(times_); }

 private:
  static constexpr std::pair<Control, TailForm> kSchedules[] = {{Control::device, TailForm::fused},
                                                                {Control::device, TailForm::separate},
                                                                {Control::host, TailForm::fused},
                                                                {Control::none, TailForm::fused}};

  std::vector<std::unique_ptr<Executor>> executors_;
  std::vector<int> prepared_;
  ScheduleTimes times_;
  size_t batches_ = 0;
};

}  // namespace

ScheduleTimes compare_schedules(Runtime& runtime, const LoadedEnsemble& ensemble, const Dataset& dataset,
                                const Policy& policy, RunOptions options) {
  if (!runtime.device.is_cuda) return {};
  Comparison comparison(runtime, ensemble, policy, options);
  Loader loader(dataset, runtime.inputs, 1, 2 * static_cast<size_t>(options.batch) + 2, 0, dataset.images(),
                {.max_pixels = runtime.max_pixels});
  int rows = 0;
  while (const Loader::Item* item = loader.next()) {
    if (!item->error.empty()) continue;
    comparison.take(*item, rows++);
    if (rows == options.batch) comparison.run(std::exchange(rows, 0));
  }
  comparison.run(rows);
  return comparison.times();
}

}  // namespace fxe
