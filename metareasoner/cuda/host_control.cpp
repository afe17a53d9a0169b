// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <map>

#include "engine/error.h"
#include "metareasoner/cuda/captured_graph.h"
#include "metareasoner/cuda/cuda_batch.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/cuda/member_check.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

class HostControl final : public Executor {
 public:
  HostControl(Device& device, Recorder* recorder, std::vector<MemberSlot> members, HostLaunch launch,
              const CudaExecutorOptions& options)
      : recorder_(recorder),
        queue_(device.make_queue()),
        captures_(launch == HostLaunch::graph && recorder == nullptr),
        batch_(device, recorder != nullptr, std::move(members), options),
        check_(device, batch_) {
    if (options.sides != 1) throw run_time_error("batches overlap only where the device decides");
    run_.stages.reserve(batch_.members().size());
  }

  int prepare(const OperatingPoint& point) override {
    check_operating_point(point, batch_.members().size(), "operating point");
    Prepared p{make_program(point), {}};
    for (int stage = 0; stage < p.program.stages(); ++stage)
      p.operands.push_back(stage_operands(point, stage));
    if (captures_) {
      check_.check(p.program, p.operands);
      for (int stage = 0; stage < p.program.stages(); ++stage) capture_member(p.program, stage);
    }
    prepared_.push_back(std::move(p));
    return static_cast<int>(prepared_.size()) - 1;
  }

  Driving driving() const override { return {"host", captures_ ? "graph" : "stream"}; }

  std::span<std::byte> input(size_t input, int row, int) override { return batch_.input(input, row, 0); }

  // The work is done when this returns.
  void begin(int prepared, int count, double deadline_ms, int) override {
    const Prepared& p = prepared_.at(static_cast<size_t>(prepared));
    const auto begin = Clock::now();
    batch_.describe(0, p.program, p.operands, count, deadline_ms, begin);
    batch_.upload_description(queue(), 0, p.program.stages());
    batch_.upload_inputs(queue(), 0);
    batch_.start(queue(), {});
    for (int stage = 0; stage < p.program.stages(); ++stage) {
      run_member(p.program, stage);
      if (batch_.tail() == TailForm::separate) batch_.run_tail(queue(), p.program, stage, {});
      if (observer_) show(p.program, stage, count);
      if (stage + 1 < p.program.stages() && !goes_on()) break;
    }
    batch_.download(queue(), 0);
    queue_->wait();
    run_.ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    batch_.read(0, p.program, count, run_);
  }

  const BatchRun& end(int) override { return run_; }

  std::optional<CopyTimes> time_copies(int repetitions) override {
    return batch_.time_copies(queue(), repetitions);
  }

  void observe(std::function<void(const StageView&)> observer) override { observer_ = std::move(observer); }

 private:
  struct Prepared {
    Program program;
    std::vector<TailStage> operands;
  };

  CudaQueue& queue() { return static_cast<CudaQueue&>(*queue_); }

  // What a member's launches depend on; the tail's fields only if it is part of them.
  struct GraphKey {
    int member, stage;
    bool last;
    Combine combine;
    Signal signal;
    int64_t size;
    auto operator<=>(const GraphKey&) const = default;
  };
  GraphKey key_of(const Program& program, int stage, int64_t size) const {
    const int member = program.members[static_cast<size_t>(stage)];
    if (batch_.tail() == TailForm::separate) return {member, 0, false, {}, {}, size};
    return {member, stage, stage + 1 == program.stages(), program.combine, program.signal, size};
  }

  void capture_member(const Program& program, int stage) {
    for (const int64_t size : batch_.sizes()) {
      const GraphKey key = key_of(program, stage, size);
      if (graphs_.contains(key)) continue;
      CapturedGraph graph(queue(), [&](CudaQueue& q) { batch_.run_member(q, program, stage, size, {}); });
      graph.instantiate();
      graphs_.emplace(key, std::move(graph));
    }
  }

  void run_member(const Program& program, int stage) {
    const int64_t size = batch_.sizes()[smallest_fit(batch_.sizes(), batch_.live_count())];
    if (captures_)
      graphs_.at(key_of(program, stage, size)).launch(queue());
    else
      batch_.run_member(queue(), program, stage, size, {});
  }

  void show(const Program& program, int stage, int count) {
    batch_.download(queue(), 0);
    queue_->wait();
    batch_.read(0, program, count, run_);
    observer_({stage, run_.mean, run_.rows, run_.stages[static_cast<size_t>(stage)].ms});
  }

  bool goes_on() {
    batch_.download_live_count(queue());
    queue_->wait();
    if (recorder_) recorder_->add(Recorder::Kind::host_decision, "go on");
    return batch_.live_count() > 0;
  }

  Recorder* recorder_;
  std::unique_ptr<Queue> queue_;
  bool captures_;
  CudaBatch batch_;
  MemberCheck check_;
  std::map<GraphKey, CapturedGraph> graphs_;
  std::vector<Prepared> prepared_;
  std::function<void(const StageView&)> observer_;
  BatchRun run_;
};

}  // namespace

std::unique_ptr<Executor> make_host_control(Device& device, std::vector<MemberSlot> members,
                                            HostLaunch launch, CudaExecutorOptions options) {
  return std::make_unique<HostControl>(device, nullptr, std::move(members), launch, options);
}

std::unique_ptr<Executor> make_recording_host_control(Device& device, Recorder& recorder,
                                                      std::vector<MemberSlot> members,
                                                      CudaExecutorOptions options) {
  return std::make_unique<HostControl>(device, &recorder, std::move(members), HostLaunch::stream, options);
}

}  // namespace fxe
