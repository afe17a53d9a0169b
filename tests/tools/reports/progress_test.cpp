// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/tools/reports/pseudo_terminal.h"

namespace fxe::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string line(double per_second, size_t columns) {
  return progress_line({"eval", "images", 412, 800, per_second, 30}, columns);
}

TEST(Progress, SaysHowManyHowFastAndHowLong) {
  EXPECT_EQ(line(6.08, 80), "eval [###############...............] 412/800 images, 6.1/s, 1:04 left");
  EXPECT_EQ(line(0, 60), "eval [###############...............] 412/800 images");
  EXPECT_EQ(line(0.05, 200).substr(37), " 412/800 images, 0.05/s, 2:09:20 left");
  EXPECT_EQ(line(1234, 200).substr(37), " 412/800 images, 1234/s, 0:00 left");
  EXPECT_EQ(progress_line({"calibrate: choosing members", "", 0, 0, 0, 75}, 80),
            "calibrate: choosing members 1:15");
}

TEST(Progress, FitsEveryWindow) {
  for (size_t columns = 0; columns < 120; ++columns)
    for (const double rate : {0.0, 0.05, 6.1, 123456.0}) {
      EXPECT_LT(line(rate, columns).size(), std::max<size_t>(columns, 1)) << columns;
      EXPECT_LT(progress_line({"calibrate: choosing", "", 0, 0, 0, 9}, columns).size(),
                std::max<size_t>(columns, 1));
    }
  EXPECT_EQ(line(6.08, 45), "eval 412/800 images, 6.1/s, 1:04 left");
  EXPECT_EQ(line(6.08, 35), "eval 412/800, 6.1/s, 1:04 left");
  EXPECT_EQ(line(6.08, 20), "412/800, 1:04 left");
  EXPECT_EQ(line(6.08, 8), "412/800");
}

class ProgressOnATerminal : public testing::Test {
 protected:
  void SetUp() override { setenv("TERM", "xterm", 1); }
  static size_t count(const std::string& text, char c) {
    return static_cast<size_t>(std::count(text.begin(), text.end(), c));
  }

  PseudoTerminal pty{45};
};

TEST_F(ProgressOnATerminal, RedrawsOneLineNowAndThenAndClearsIt) {
  {
    Progress progress("eval", "images", 1'000'000, false);
    const auto start = std::chrono::steady_clock::now();
    for (size_t i = 0; std::chrono::steady_clock::now() - start < 1s; ++i) progress.advance(i);
  }
  const std::string text = pty.end_of_all();
  EXPECT_THAT(text, HasSubstr("/1000000"));
  EXPECT_EQ(count(text, '\n'), 0u) << text;
  EXPECT_GE(count(text, '\r'), 2u);
  EXPECT_LE(count(text, '\r'), 12u) << "more than ten times a second";
  EXPECT_TRUE(text.ends_with("\r\033[K")) << text;
}

TEST_F(ProgressOnATerminal, ATerminalThatStandsStillHoldsNobodyUp) {
  Progress progress("eval", "images", 10, false);
  std::this_thread::sleep_for(400ms);
  pty.stop();
  std::this_thread::sleep_for(300ms);  // the writer waits now
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < 1'000'000; ++i) progress.advance(i % 10);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  pty.go_on();
}

TEST_F(ProgressOnATerminal, NothingWhenQuietOrDumb) {
  {
    Progress quiet("eval", "images", 10, true);
    setenv("TERM", "dumb", 1);
    Progress dumb("eval", "images", 10, false);
    std::this_thread::sleep_for(500ms);
  }
  EXPECT_EQ(pty.end_of_all(), "");
}

}  // namespace
}  // namespace fxe::test
