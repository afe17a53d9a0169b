// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "engine/error.h"
#include "metareasoner/cuda/cuda_batch.h"
#include "metareasoner/cuda/cuda_executor.h"
#include "metareasoner/cuda/member_check.h"
#include "metareasoner/cuda/program_target.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

class DeviceControl final : public Executor {
 public:
  DeviceControl(Device& device, Recorder* recorder, std::vector<MemberSlot> members,
                const CudaExecutorOptions& options)
      : device_(device),
        recorder_(recorder),
        queue_(device.make_queue()),
        upload_queue_(device.make_queue()),
        straight_line_(options.straight_line),
        owner_(options.conditions_in_bodies ? ConditionOwner::innermost_body : ConditionOwner::whole_program),
        batch_(device, recorder != nullptr, std::move(members), options) {
    if (!one_size() && batch_.sizes().size() > BatchSwitch::kMaxSizes)
      throw bad_input("--batch {}: a GPU graph has room for {} batch sizes up to it, not {}",
                      options.capacity, BatchSwitch::kMaxSizes, batch_.sizes().size());
    for (int side = 0; side < options.sides; ++side) {
      under_way_.push_back(std::make_unique<UnderWay>());
      under_way_.back()->run.stages.reserve(batch_.members().size());
    }
  }

  int prepare(const OperatingPoint& point) override {
    check_operating_point(point, batch_.members().size(), "operating point");
    Prepared p{make_program(point), {}, nullptr};
    for (int stage = 0; stage < p.program.stages(); ++stage)
      p.operands.push_back(stage_operands(point, stage));
    const auto same = std::find_if(prepared_.begin(), prepared_.end(),
                                   [&](const Prepared& other) { return other.program.same_code(p.program); });
    p.target = same != prepared_.end() ? same->target : make_target(p);
    prepared_.push_back(std::move(p));
    return static_cast<int>(prepared_.size()) - 1;
  }

  int sides() const override { return static_cast<int>(under_way_.size()); }
  bool begin_returns_early() const override { return true; }
  Driving driving() const override { return {straight_line_ ? "none" : "device", "graph"}; }

  std::span<std::byte> input(size_t input, int row, int side) override {
    return batch_.input(input, row, side);
  }

  void begin(int prepared, int count, double deadline_ms, int side) override {
    const Prepared& p = prepared_.at(static_cast<size_t>(prepared));
    UnderWay& u = *under_way_.at(static_cast<size_t>(side));
    u.prepared = prepared;
    u.count = count;
    u.begin = Clock::now();
    batch_.describe(side, p.program, p.operands, count, deadline_ms, u.begin);
    if (copies_apart()) {
      batch_.upload_inputs(upload_queue(), side);
      u.uploaded.set(upload_queue());
      u.uploaded.hold(queue());
      batch_.upload_description(queue(), side, p.program.stages());
    }
    if (recorder_) emit(p.program, *p.target);
    p.target->launch(queue());
    if (copies_apart()) batch_.download(queue(), side);
    u.done.set(queue());
  }

  const BatchRun& end(int side) override {
    UnderWay& u = *under_way_.at(static_cast<size_t>(side));
    u.done.wait();
    u.run.ms = std::chrono::duration<double, std::milli>(Clock::now() - u.begin).count();
    batch_.read(side, prepared_[static_cast<size_t>(u.prepared)].program, u.count, u.run);
    if (!copies_apart()) return u.run;
    // The host may have been busy with the other side: only the device knows.
    u.run.ms = 0;
    for (const auto& stage : u.run.stages) u.run.ms += stage.ms;
    return u.run;
  }

  std::optional<CopyTimes> time_copies(int repetitions) override {
    return batch_.time_copies(queue(), repetitions);
  }

  void observe(std::function<void(const StageView&)>) override {
    throw bad_input("stages cannot be observed if the device decides; use --control host");
  }

 private:
  struct Prepared {
    Program program;
    std::vector<TailStage> operands;
    std::shared_ptr<ProgramTarget> target;
  };
  // The batch of one side.
  struct UnderWay {
    int prepared = 0, count = 0;
    Clock::time_point begin;
    CudaMark uploaded, done;
    BatchRun run;
  };

  CudaQueue& queue() { return static_cast<CudaQueue&>(*queue_); }
  CudaQueue& upload_queue() { return static_cast<CudaQueue&>(*upload_queue_); }
  // A batch can only be uploaded while another runs if its copies are not part of its graph.
  bool copies_apart() const { return sides() > 1; }

  std::shared_ptr<ProgramTarget> make_target(const Prepared& p) {
    if (recorder_) return make_recording_target(*recorder_);
    check_.check(p.program, p.operands);
    if (straight_line_ || p.program.stages() == 1) return make_graph(p.program);
    try {
      return make_graph(p.program);
    } catch (const Error&) {
      if (owner_ == ConditionOwner::innermost_body) throw;
      owner_ = ConditionOwner::innermost_body;  // as every other program does
    }
    return make_graph(p.program);
  }

  std::shared_ptr<ProgramTarget> make_graph(const Program& program) {
    std::shared_ptr<ProgramTarget> target = make_graph_target(program.stages() + 1, owner_);
    emit(program, *target);
    target->finish();
    return target;
  }

  // Emits the program as device work. Everything that a branch may need is uploaded before the first launch.
  void emit(const Program& program, ProgramTarget& to) {
    TailBranch next{.batch = make_switch(to)};
    for (const Instruction& i : program.code) switch (i.kind) {
        case Instruction::Kind::begin:
          if (!copies_apart()) {
            batch_.upload_description(to.queue(), 0, program.stages());
            batch_.upload_inputs(to.queue(), 0);
          }
          batch_.start(to.queue(), next.batch);
          break;
        case Instruction::Kind::run_member: {
          const BatchSwitch by_size = next.batch;
          const bool branches = i.stage + 1 < program.stages() && !straight_line_;
          next = {};
          if (branches) next = {.has_if = true, .goes_on = to.make_condition(0)};
          if (branches && owner_ == ConditionOwner::whole_program) next.batch = make_switch(to);
          emit_member(program, i.stage, by_size, next, to);
          break;
        }
        case Instruction::Kind::tail:
          if (batch_.tail() == TailForm::separate) batch_.run_tail(to.queue(), program, i.stage, next);
          break;
        case Instruction::Kind::branch:
          if (straight_line_) break;
          to.begin_if(next.goes_on);
          if (owner_ == ConditionOwner::innermost_body && !one_size()) {
            next.batch = make_switch(to);
            batch_.choose_batch(to.queue(), next.batch);
          }
          break;
        case Instruction::Kind::end:
          if (!straight_line_) to.end_if();
          break;
      }
    if (!copies_apart()) batch_.download(to.queue(), 0);
  }

  // Whether every member runs at one size, without a switch.
  bool one_size() const { return straight_line_ || batch_.sizes().size() == 1; }

  BatchSwitch make_switch(ProgramTarget& to) const {
    if (one_size()) return {};
    const auto& sizes = batch_.sizes();
    BatchSwitch s;
    s.sizes = static_cast<int32_t>(sizes.size());
    s.handle = to.make_condition(static_cast<unsigned>(sizes.size()));
    for (size_t i = 0; i < sizes.size(); ++i) s.rows[i] = static_cast<int32_t>(sizes[i]);
    return s;
  }

  void emit_member(const Program& program, int stage, const BatchSwitch& by_size, const TailBranch& next,
                   ProgramTarget& to) {
    const auto& sizes = batch_.sizes();
    if (one_size()) return batch_.run_member(to.queue(), program, stage, sizes.back(), next);
    to.add_switch(by_size.handle, static_cast<unsigned>(sizes.size()),
                  [&](unsigned i) { batch_.run_member(to.queue(), program, stage, sizes[i], next); });
  }

  Device& device_;
  Recorder* recorder_;
  std::unique_ptr<Queue> queue_, upload_queue_;
  bool straight_line_;
  ConditionOwner owner_;
  CudaBatch batch_;
  MemberCheck check_{device_, batch_};
  std::vector<Prepared> prepared_;
  std::vector<std::unique_ptr<UnderWay>> under_way_;  // by side
};

}  // namespace

std::unique_ptr<Executor> make_device_control(Device& device, std::vector<MemberSlot> members,
                                              CudaExecutorOptions options) {
  return std::make_unique<DeviceControl>(device, nullptr, std::move(members), options);
}

std::unique_ptr<Executor> make_recording_device_control(Device& device, Recorder& recorder,
                                                        std::vector<MemberSlot> members,
                                                        CudaExecutorOptions options) {
  return std::make_unique<DeviceControl>(device, &recorder, std::move(members), options);
}

}  // namespace fxe
