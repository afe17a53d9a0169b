// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cpu_executor.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "metareasoner/batch_state.h"
#include "metareasoner/member_times.h"

namespace fxe {

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// One of the batch's inputs by image, as the caller wrote it. Members read it in place while no image has
// stopped; then they read copies of the images that go on. It remembers which image each row holds, so that
// only rows that changed are copied.
class GatheredInput {
 public:
  GatheredInput(Device& device, size_t elements, int capacity)
      : elements_(elements),
        by_image_(device.allocate(elements * static_cast<size_t>(capacity) * sizeof(float))),
        rows_(device.allocate(elements * static_cast<size_t>(capacity) * sizeof(float))),
        held_(static_cast<size_t>(capacity), -1) {}

  size_t elements() const { return elements_; }
  std::span<float> image(int i) {
    return {by_image_.as<float>() + static_cast<size_t>(i) * elements_, elements_};
  }

  void forget() { std::fill(held_.begin(), held_.end(), -1); }
  const float* rows(std::span<const int32_t> images) {
    // They are ascending.
    const bool in_order = images.empty() || images.back() == static_cast<int32_t>(images.size()) - 1;
    if (in_order) return by_image_.as<float>();
    for (size_t row = 0; row < images.size(); ++row) {
      if (held_[row] == images[row]) continue;
      const auto source = image(images[row]);
      std::copy(source.begin(), source.end(), rows_.as<float>() + row * elements_);
      held_[row] = images[row];
    }
    return rows_.as<float>();
  }

 private:
  size_t elements_;
  Buffer by_image_, rows_;
  std::vector<int32_t> held_;  // the image in each row; -1: none
};

class CpuExecutor final : public Executor {
 public:
  CpuExecutor(Device& device, std::vector<MemberSlot> members, int capacity)
      : members_(std::move(members)),
        sizes_(batch_sizes(capacity)),
        queue_(device.make_queue()),
        state_(device, static_cast<int>(members_.size()), capacity, common_classes(members_)),
        times_(members_.size(), sizes_) {
    for (const size_t elements : input_elements(members_)) inputs_.emplace_back(device, elements, capacity);
    size_t arena_bytes = 0;
    for (const auto& m : members_) arena_bytes = std::max(arena_bytes, m.member->arena_bytes());
    arena_ = device.allocate(arena_bytes);
    for (const auto& m : members_)
      m.member->bind(arena_.data(), inputs_[m.input].image(0).data(), state_.logits());
    run_.stages.reserve(members_.size());
  }

  int prepare(const OperatingPoint& point) override {
    check_operating_point(point, members_.size(), "operating point");
    prepared_.push_back({make_program(point), {}});
    for (int stage = 0; stage < static_cast<int>(point.size()); ++stage)
      prepared_.back().operands.push_back(stage_operands(point, stage));
    return static_cast<int>(prepared_.size()) - 1;
  }

  std::span<std::byte> input(size_t input, int row, int) override {
    return std::as_writable_bytes(inputs_.at(input).image(row));
  }

  // The work is done when this returns.
  void begin(int prepared, int count, double deadline_ms, int) override {
    const Prepared& p = prepared_.at(static_cast<size_t>(prepared));
    const auto start = Clock::now();
    *state_.deadline() = {0, static_cast<uint64_t>(deadline_ms * 1e6)};
    std::copy(p.operands.begin(), p.operands.end(), state_.stages());
    run_.stages.assign(p.operands.size(), {});
    size_t at = 0;
    while (at < p.program.code.size()) at = step(p.program, at, count, start);
    run_.rows = {state_.results(), static_cast<size_t>(count)};
    run_.mean = {state_.mean(), static_cast<size_t>(count * members_[0].member->classes())};
    run_.ms = ms_since(start);
  }

  const BatchRun& end(int) override { return run_; }

  void observe(std::function<void(const StageView&)> observer) override { observer_ = std::move(observer); }

 private:
  struct Prepared {
    Program program;
    std::vector<TailStage> operands;
  };

  // Runs the instruction at `at` and returns the next one to run.
  size_t step(const Program& program, size_t at, int count, Clock::time_point start) {
    const Instruction& i = program.code[at];
    switch (i.kind) {
      case Instruction::Kind::begin:
        take_up(count);
        break;
      case Instruction::Kind::run_member:
        run_member(program, i.stage);
        break;
      case Instruction::Kind::tail:
        tail(program, i.stage, start);
        break;
      case Instruction::Kind::branch:
        if (*state_.live_count() == 0) return end_of(program, at);
        break;
      case Instruction::Kind::end:
        break;
    }
    return at + 1;
  }

  static size_t end_of(const Program& program, size_t branch) {
    const Instruction end{Instruction::Kind::end, program.code[branch].stage};
    return static_cast<size_t>(
        std::find(program.code.begin() + static_cast<std::ptrdiff_t>(branch), program.code.end(), end) -
        program.code.begin());
  }

  void take_up(int count) {
    std::iota(state_.live(), state_.live() + count, 0);
    *state_.live_count() = count;
    std::fill_n(state_.weight_sum(), count, 0.0f);
    std::fill_n(state_.results(), count, RowResult{-1, 0, 0, 0, 0, RowStatus::ok});
    for (auto& input : inputs_) input.forget();
  }

  void run_member(const Program& program, int stage) {
    stage_start_ = Clock::now();
    const auto member = static_cast<size_t>(program.members[static_cast<size_t>(stage)]);
    const MemberSlot& slot = members_[member];
    const int32_t live = *state_.live_count();
    const size_t size = smallest_fit(sizes_, live);
    const std::span images(state_.live(), static_cast<size_t>(live));
    slot.member->rebind(inputs_[slot.input].rows(images), sizes_[size]);
    slot.member->enqueue(*queue_, sizes_[size]);
    queue_->wait();
    times_.set(member, sizes_[size], static_cast<uint64_t>(ms_since(stage_start_) * 1e6));
    run_.stages[static_cast<size_t>(stage)] = {sizes_[size], live, 0};
  }

  void tail(const Program& program, int stage, Clock::time_point start) {
    if (stage + 1 < program.stages()) {
      const auto next = static_cast<size_t>(program.members[static_cast<size_t>(stage) + 1]);
      // The survivors are not known yet: the time for all live images is the most the next member can take.
      state_.stages()[stage].next_member_ns = times_.expected_ns(next, *state_.live_count());
    }
    run_tail_cpu(state_.tail_arguments(program, stage), static_cast<uint64_t>(ms_since(start) * 1e6));
    auto& done = run_.stages[static_cast<size_t>(stage)];
    done.ms = ms_since(stage_start_);
    if (observer_) {
      const auto n = static_cast<size_t>(state_.capacity());
      observer_({stage,
                 {state_.mean(), n * static_cast<size_t>(members_[0].member->classes())},
                 {state_.results(), n},
                 done.ms});
    }
  }

  std::vector<MemberSlot> members_;
  std::vector<int64_t> sizes_;
  std::unique_ptr<Queue> queue_;
  BatchState state_;
  MemberTimes times_;
  std::vector<GatheredInput> inputs_;
  Buffer arena_;
  std::vector<Prepared> prepared_;
  std::function<void(const StageView&)> observer_;
  Clock::time_point stage_start_;
  BatchRun run_;
};

}  // namespace

std::unique_ptr<Executor> make_cpu_executor(Device& device, std::vector<MemberSlot> members, int capacity) {
  return std::make_unique<CpuExecutor>(device, std::move(members), capacity);
}

}  // namespace fxe
