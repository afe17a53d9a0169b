// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/fallback_executor.h"

#include <fmt/format.h>

#include "engine/error.h"

namespace fxe {

namespace {

class FallbackExecutor final : public Executor {
 public:
  FallbackExecutor(std::vector<ExecutorChoice> choices, std::function<void(const std::string&)> say)
      : choices_(std::move(choices)), say_(std::move(say)), now_(choices_.at(0).make()) {}

  int prepare(const OperatingPoint& point) override {
    points_.push_back(point);
    try {
      return now_->prepare(point);
    } catch (const Error& e) {
      return next(e);
    }
  }

  int sides() const override { return now_->sides(); }
  bool begin_returns_early() const override { return now_->begin_returns_early(); }
  Driving driving() const override { return now_->driving(); }
  std::span<std::byte> input(size_t input, int row, int side) override {
    return now_->input(input, row, side);
  }
  void begin(int prepared, int count, double deadline_ms, int side) override {
    has_run_ = true;
    now_->begin(prepared, count, deadline_ms, side);
  }
  const BatchRun& end(int side) override { return now_->end(side); }
  std::optional<CopyTimes> time_copies(int repetitions) override { return now_->time_copies(repetitions); }
  void observe(std::function<void(const StageView&)> observer) override {
    now_->observe(std::move(observer));
  }

 private:
  // Prepares all points on the next choice; returns the number of the last one.
  int next(const Error& why) {
    if (has_run_ || why.kind() != ErrorKind::run_time || at_ + 1 == choices_.size()) throw why;
    say_(fmt::format("{} does not work here: {}; going on with {}", choices_[at_].name, why.what(),
                     choices_[at_ + 1].name));
    now_.reset();  // before the next one needs its memory
    int last = 0;
    try {
      now_ = choices_[++at_].make();
      for (const OperatingPoint& point : points_) last = now_->prepare(point);
    } catch (const Error& e) {
      return next(e);
    }
    return last;
  }

  std::vector<ExecutorChoice> choices_;
  std::function<void(const std::string&)> say_;
  size_t at_ = 0;
  std::unique_ptr<Executor> now_;  // choices_[at_]
  std::vector<OperatingPoint> points_;
  bool has_run_ = false;
};

}  // namespace

std::unique_ptr<Executor> make_fallback_executor(std::vector<ExecutorChoice> choices,
                                                 std::function<void(const std::string&)> say) {
  return std::make_unique<FallbackExecutor>(std::move(choices), std::move(say));
}

}  // namespace fxe
