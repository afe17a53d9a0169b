// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/cuda_executor.h"

#include <algorithm>
#include <chrono>

#include "engine/error.h"
#include "kernels/start.h"
#include "kernels/tail_cuda.h"
#include "metareasoner/batch_state.h"
#include "metareasoner/cuda/pinned_buffer.h"
#include "metareasoner/cuda/program_target.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

// One of the batch's inputs: where the host writes it and where members read it.
struct UploadedInput {
  size_t elements;
  PinnedBuffer host;
  Buffer device;

  UploadedInput(Device& on, size_t count, bool pinned)
      : elements(count), host(count * sizeof(float), pinned), device(on.allocate(count * sizeof(float))) {}
};

class CudaExecutor final : public Executor {
 public:
  CudaExecutor(Device& device, Recorder* recorder, std::vector<MemberSlot> members)
      : recorder_(recorder),
        members_(std::move(members)),
        classes_(common_classes(members_)),
        stages_(members_.size()),
        state_(device, static_cast<int>(stages_), 1, static_cast<int32_t>(classes_)),
        start_(device.allocate(sizeof(BatchStart))),
        arrivals_(device.allocate(sizeof(uint32_t))),
        host_start_(sizeof(BatchStart), !recorder),
        host_operands_(stages_ * sizeof(TailStage), !recorder),
        host_result_(sizeof(RowResult), !recorder),
        host_mean_(classes_ * sizeof(float), !recorder) {
    make_inputs(device);
    size_t arena_bytes = 0;
    for (const auto& m : members_) arena_bytes = std::max(arena_bytes, m.member->arena_bytes());
    arena_ = device.allocate(arena_bytes);
    for (const auto& m : members_)
      m.member->bind(arena_.data(), inputs_[m.input]->device.as<float>(), state_.logits());
    *host_result_.as<RowResult>() = {-1, 0, 0, 0, 0, RowStatus::failed};
    run_.stages.reserve(stages_);
  }

  int prepare(const OperatingPoint& point) override {
    check_operating_point(point, members_.size(), "operating point");
    Prepared p{make_program(point), {}, nullptr};
    for (int stage = 0; stage < p.program.stages(); ++stage)
      p.operands.push_back(stage_operands(point, stage));
    const auto same = std::find_if(prepared_.begin(), prepared_.end(),
                                   [&](const Prepared& other) { return other.program.same_code(p.program); });
    p.target = same != prepared_.end() ? same->target : make_target(p.program);
    prepared_.push_back(std::move(p));
    return static_cast<int>(prepared_.size()) - 1;
  }

  std::span<float> input(size_t input, int) override {
    return {inputs_.at(input)->host.as<float>(), inputs_[input]->elements};
  }

  const BatchRun& run(int prepared, int count, double deadline_ms) override {
    if (count != 1) throw bad_input("the CUDA executor runs one image at a time, found {}", count);
    const Prepared& p = prepared_.at(static_cast<size_t>(prepared));
    const auto begin = Clock::now();
    *host_start_.as<BatchStart>() = {0, static_cast<uint64_t>(deadline_ms * 1e6), 1};
    std::copy(p.operands.begin(), p.operands.end(), host_operands_.as<TailStage>());
    if (recorder_) emit(p.program, *p.target);
    p.target->launch();
    p.target->wait();
    run_.ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    run_.rows = {host_result_.as<RowResult>(), 1};
    run_.mean = {host_mean_.as<float>(), classes_};
    const int32_t members_run = host_result_.as<RowResult>()->members;
    run_.stages.assign(p.operands.size(), {});
    for (int32_t k = 0; k < members_run; ++k) run_.stages[static_cast<size_t>(k)] = {1, 1, 0};
    return run_;
  }

  void observe(std::function<void(const StageView&)>) override {
    throw bad_input("stages cannot be watched where the device decides; use --device cpu");
  }

 private:
  struct Prepared {
    Program program;
    std::vector<TailStage> operands;
    std::shared_ptr<ProgramTarget> target;
  };

  static size_t common_classes(const std::vector<MemberSlot>& members) {
    if (members.empty()) throw bad_input("an ensemble needs at least one member");
    for (const auto& m : members)
      if (m.member->classes() != members[0].member->classes())
        throw bad_input("members differ in classes: '{}' has {}, '{}' has {}", members[0].member->name(),
                        members[0].member->classes(), m.member->name(), m.member->classes());
    return static_cast<size_t>(members[0].member->classes());
  }

  void make_inputs(Device& device) {
    for (const auto& m : members_) {
      if (inputs_.size() <= m.input) inputs_.resize(m.input + 1);
      if (!inputs_[m.input])
        inputs_[m.input] = std::make_unique<UploadedInput>(
            device, static_cast<size_t>(m.member->input_elements()), recorder_ == nullptr);
    }
  }

  std::shared_ptr<ProgramTarget> make_target(const Program& program) {
    if (recorder_) return make_recording_target(*recorder_);
    std::shared_ptr<ProgramTarget> target = make_graph_target(program.stages());
    emit(program, *target);
    target->finish();
    return target;
  }

  // The program in the device's words. Everything that a branch may need is up before the first launch.
  void emit(const Program& program, ProgramTarget& to) {
    uint64_t condition = 0;
    for (const Instruction& i : program.code) switch (i.kind) {
        case Instruction::Kind::begin:
          upload(program, to.queue());
          break;
        case Instruction::Kind::run_member:
          members_[static_cast<size_t>(program.members[static_cast<size_t>(i.stage)])].member->enqueue(
              to.queue(), 1);
          break;
        case Instruction::Kind::tail:
          condition = i.stage + 1 < program.stages() ? to.make_condition() : 0;
          launch_tail(to.queue(), state_.tail_arguments(program, i.stage), 1, arrivals_.as<uint32_t>(),
                      {.handle = condition});
          break;
        case Instruction::Kind::branch:
          to.begin_body(condition);
          break;
        case Instruction::Kind::end:
          to.end_body();
          break;
      }
    download(to.queue());
  }

  void upload(const Program& program, CudaQueue& queue) {
    queue.copy(start_.data(), host_start_.as<void>(), sizeof(BatchStart));
    queue.copy(state_.stages(), host_operands_.as<void>(),
               static_cast<size_t>(program.stages()) * sizeof(TailStage));
    for (const auto& input : inputs_)
      if (input) queue.copy(input->device.data(), input->host.as<void>(), input->elements * sizeof(float));
    launch_start(queue, {.n = 1,
                         .batch = start_.as<BatchStart>(),
                         .deadline = state_.deadline(),
                         .live = state_.live(0),
                         .live_count = state_.live_count(0),
                         .weight_sum = state_.weight_sum()});
  }

  void download(CudaQueue& queue) {
    queue.copy(host_result_.as<void>(), state_.results(), sizeof(RowResult));
    queue.copy(host_mean_.as<void>(), state_.mean(), classes_ * sizeof(float));
  }

  Recorder* recorder_;
  std::vector<MemberSlot> members_;
  size_t classes_, stages_;
  BatchState state_;
  Buffer start_, arrivals_, arena_;
  PinnedBuffer host_start_, host_operands_, host_result_, host_mean_;
  std::vector<std::unique_ptr<UploadedInput>> inputs_;
  std::vector<Prepared> prepared_;
  BatchRun run_;
};

std::unique_ptr<Executor> make(Device& device, Recorder* recorder, std::vector<MemberSlot> members,
                               int capacity) {
  if (capacity != 1)
    throw bad_input("--batch {}: on a GPU fxe runs one image at a time for now; use --batch 1", capacity);
  return std::make_unique<CudaExecutor>(device, recorder, std::move(members));
}

}  // namespace

std::unique_ptr<Executor> make_cuda_executor(Device& device, std::vector<MemberSlot> members, int capacity) {
  return make(device, nullptr, std::move(members), capacity);
}

std::unique_ptr<Executor> make_recording_executor(Device& device, Recorder& recorder,
                                                  std::vector<MemberSlot> members, int capacity) {
  return make(device, &recorder, std::move(members), capacity);
}

}  // namespace fxe
