// SPDX-License-Identifier: Apache-2.0
// A failed test prints its seed in a command that repeats the same order.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/simulated_device/settings.h"

namespace fxe::sim {
namespace {

class SaysHowToRepeat final : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo& test) override {
    if (test.result()->Failed())
      std::printf("again: %s --gtest_filter=%s.%s\n", repeat_command().c_str(), test.test_suite_name(),
                  test.name());
  }
};

const bool listens = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new SaysHowToRepeat);
  return true;
}();

TEST(SimulatedDevice, SaysHowToRepeatARun) {
  EXPECT_TRUE(listens);
  EXPECT_TRUE(repeat_command().starts_with("FXE_SIM_SEED=" + std::to_string(settings().seed)));
  EXPECT_NE(repeat_command().find("test_simulated_device"), std::string::npos) << repeat_command();
}

}  // namespace
}  // namespace fxe::sim
