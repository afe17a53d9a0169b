// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/format.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fxe::test {
namespace {

TEST(Format, NumbersThatAreNoneAndZeros) {
  EXPECT_EQ(percent(0.7775), "77.75");
  EXPECT_EQ(percent(NAN), "-");
  EXPECT_EQ(fixed(-0.001, 2), "0.00");
  EXPECT_EQ(fixed(-0.006, 2), "-0.01");
}

PairedGap gap(int only_full, int only_policy) {
  PairedGap g;
  for (int i = 0; i < 1000; ++i) g.add({i < only_full, false}, {i >= 1000 - only_policy, false});
  return g;
}

TEST(Format, AGainIsCalledAGain) {
  const auto ci = tango_interval(1000, 20, 8);
  EXPECT_EQ(
      gap_sentence(gap(20, 8)),
      fmt::format("loses 1.20 points of top-1 (95% interval {:.2f} to {:.2f})", 100 * ci.low, 100 * ci.high));
  // The same from the other side.
  EXPECT_EQ(
      gap_sentence(gap(8, 20)),
      fmt::format("gains 1.20 points of top-1 (95% interval {:.2f} to {:.2f})", 100 * ci.low, 100 * ci.high));
  EXPECT_TRUE(gap_sentence(gap(5, 5)).starts_with("loses 0.00 points"));
}

}  // namespace
}  // namespace fxe::test
