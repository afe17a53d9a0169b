// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/fallback_executor.h"

#include <gtest/gtest.h>

#include "engine/error.h"
#include "tests/metareasoner/fake_ensemble.h"

namespace fxe::test {
namespace {

// Prepares `good` points, and then refuses.
class Refusing final : public Executor {
 public:
  explicit Refusing(int good, ErrorKind kind = ErrorKind::run_time) : good_(good), kind_(kind) {}
  int prepare(const OperatingPoint&) override {
    if (good_-- == 0) throw Error(kind_, "no such node");
    return 0;
  }
  int sides() const override { return 2; }
  std::span<std::byte> input(size_t, int, int) override { return {}; }
  void begin(int, int, double, int) override {}
  const BatchRun& end(int) override { return run_; }
  void observe(std::function<void(const StageView&)>) override {}

 private:
  int good_;
  ErrorKind kind_;
  BatchRun run_;
};

class FallbackExecutorTest : public testing::Test {
 protected:
  std::unique_ptr<Executor> after(int good, ErrorKind kind = ErrorKind::run_time) {
    return make_fallback_executor({{"the first", [=] { return std::make_unique<Refusing>(good, kind); }},
                                   {"the second", [] { return std::make_unique<Refusing>(0); }},
                                   {"the third", [this] { return std::move(ensemble_.executor); }}},
                                  [this](const std::string& line) { said_.push_back(line); });
  }

  FakeEnsemble ensemble_{3, 4, 5, 4, 1};
  std::vector<std::string> said_;
};

TEST_F(FallbackExecutorTest, TheFirstThatPreparesEverythingRuns) {
  const std::vector<RowResult> expected = ensemble_.run(plain_point(3, 0.5));
  for (const int good : {0, 1}) {
    ensemble_.make_executor(4);
    said_.clear();
    const auto executor = after(good);
    EXPECT_EQ(executor->sides(), 2);
    const int full = executor->prepare(plain_point(3, 1)), exits = executor->prepare(plain_point(3, 0.5));
    EXPECT_EQ(executor->sides(), 1);
    EXPECT_NE(full, exits);
    EXPECT_EQ(said_, (std::vector<std::string>{
                         "the first does not work here: no such node; going on with the second",
                         "the second does not work here: no such node; going on with the third"}));
    for (int i = 0; i < 4; ++i) as_floats(executor->input(0, i, 0))[0] = static_cast<float>(i);
    const BatchRun& run = executor->run(exits, 4);
    for (size_t i = 0; i < 4; ++i) EXPECT_TRUE(same_bits(run.rows[i], expected[i])) << good << ", " << i;
  }
}

TEST_F(FallbackExecutorTest, WhatWasAskedForWronglyStaysAnError) {
  EXPECT_THROW((void)after(0, ErrorKind::bad_input)->prepare(plain_point(3, 1)), Error);
  EXPECT_TRUE(said_.empty());
}

}  // namespace
}  // namespace fxe::test
