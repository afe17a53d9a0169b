// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <map>

#include "engine/error.h"
#include "metareasoner/cuda/captured_graph.h"
#include "metareasoner/cuda/cuda_batch.h"
#include "metareasoner/cuda/cuda_executor.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

class HostControl final : public Executor {
 public:
  HostControl(Device& device, Recorder* recorder, std::vector<MemberSlot> members, int capacity,
              HostLaunch launch)
      : recorder_(recorder),
        queue_(device.make_queue()),
        batch_(device, recorder != nullptr, std::move(members), capacity) {
    run_.stages.reserve(batch_.members().size());
    if (launch == HostLaunch::graph && !recorder) capture_members();
  }

  int prepare(const OperatingPoint& point) override {
    check_operating_point(point, batch_.members().size(), "operating point");
    Prepared p{make_program(point), {}};
    for (int stage = 0; stage < p.program.stages(); ++stage)
      p.operands.push_back(stage_operands(point, stage));
    prepared_.push_back(std::move(p));
    return static_cast<int>(prepared_.size()) - 1;
  }

  std::span<float> input(size_t input, int row) override { return batch_.input(input, row); }

  const BatchRun& run(int prepared, int count, double deadline_ms) override {
    const Prepared& p = prepared_.at(static_cast<size_t>(prepared));
    const auto begin = Clock::now();
    batch_.describe(p.operands, count, deadline_ms);
    batch_.upload(queue(), p.program, {});
    for (int stage = 0; stage < p.program.stages(); ++stage) {
      run_member(p.program, stage);
      batch_.run_tail(queue(), p.program, stage, {});
      if (stage + 1 < p.program.stages() && !goes_on()) break;
    }
    batch_.download(queue());
    queue_->wait();
    run_.ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    batch_.read(p.operands.size(), count, run_);
    return run_;
  }

  void observe(std::function<void(const StageView&)>) override {
    throw bad_input("stages cannot be watched on a GPU; use --device cpu");
  }

 private:
  struct Prepared {
    Program program;
    std::vector<TailStage> operands;
  };

  CudaQueue& queue() { return static_cast<CudaQueue&>(*queue_); }

  void capture_members() {
    for (const MemberSlot& slot : batch_.members())
      for (const int64_t size : batch_.sizes()) {
        CapturedGraph graph(queue(), fmt::format("{} at batch {}", slot.member->name(), size),
                            [&](CudaQueue& q) { slot.member->enqueue(q, size); });
        graph.instantiate();
        graphs_.emplace(std::pair(slot.member, size), std::move(graph));
      }
  }

  void run_member(const Program& program, int stage) {
    const int member = program.members[static_cast<size_t>(stage)];
    const MemberSlot& slot = batch_.members()[static_cast<size_t>(member)];
    const int64_t size = batch_.sizes()[smallest_fit(batch_.sizes(), batch_.live_count())];
    const auto graph = graphs_.find({slot.member, size});
    if (graph != graphs_.end())
      graph->second.launch(queue());
    else
      slot.member->enqueue(queue(), size);
  }

  bool goes_on() {
    batch_.download_live_count(queue());
    queue_->wait();
    if (recorder_) recorder_->add(Recorder::Kind::host_decision, "go on");
    return batch_.live_count() > 0;
  }

  Recorder* recorder_;
  std::unique_ptr<Queue> queue_;
  CudaBatch batch_;
  std::map<std::pair<const Member*, int64_t>, CapturedGraph> graphs_;  // by member and batch size
  std::vector<Prepared> prepared_;
  BatchRun run_;
};

}  // namespace

std::unique_ptr<Executor> make_host_control(Device& device, std::vector<MemberSlot> members, int capacity,
                                            HostLaunch launch) {
  return std::make_unique<HostControl>(device, nullptr, std::move(members), capacity, launch);
}

std::unique_ptr<Executor> make_recording_host_control(Device& device, Recorder& recorder,
                                                      std::vector<MemberSlot> members, int capacity) {
  return std::make_unique<HostControl>(device, &recorder, std::move(members), capacity, HostLaunch::stream);
}

}  // namespace fxe
