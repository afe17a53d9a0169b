// SPDX-License-Identifier: Apache-2.0
#include "runtime/compare_schedules.h"

#include "runtime/batches.h"

namespace fxe {

namespace {

class Comparison : public BatchSink {
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

  void take(const Loader::Item& item, int row) override {
    if (row < 0) return;
    for (auto& executor : executors_) write_row(item, *executor, row);
  }

  void run(Batch& batch) override {
    const int count = batch.rows();
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
                                const Policy& policy, RunOptions options, const std::function<bool()>& stop) {
  if (!runtime.device.is_cuda) return {};
  Comparison comparison(runtime, ensemble, policy, options);
  feed(dataset, runtime.inputs, {.batch = options.batch, .max_pixels = runtime.max_pixels, .stop = stop},
       comparison);
  return comparison.times();
}

}  // namespace fxe
