// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/evaluation.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "metareasoner/latency.h"

namespace fxe::test {
namespace {

RowResult stopped_after(int32_t members, int32_t label) {
  return {label, 0.5f, 0.1f, 0.4f, members, RowStatus::ok};
}

TEST(Judge, RanksByScoreThenLowerIndex) {
  const std::vector<float> mean = {1, 5, 5, 5, 5, 5, 5, 0};
  const auto row = stopped_after(1, 1);
  EXPECT_TRUE(judge(1, row, mean).top1);
  EXPECT_TRUE(judge(5, row, mean).top5);   // four equal ones come before it
  EXPECT_FALSE(judge(6, row, mean).top5);  // five do
  EXPECT_FALSE(judge(2, row, mean).top1);
  EXPECT_FALSE(judge(-1, row, mean).top5);
  EXPECT_FALSE(judge(99, row, mean).top5);
}

TEST(Judge, AFailedRowIsNeverRight) {
  RowResult row{-1, 0, 0, 0, 2, RowStatus::failed};
  EXPECT_FALSE(judge(0, row, std::vector<float>{0, 0}).top5);
}

TEST(Evaluation, CountsExitsAndAccuracy) {
  Evaluation e(3);
  EXPECT_TRUE(std::isnan(e.top1()));
  e.add(4, stopped_after(1, 4), {true, true});
  e.add(4, stopped_after(3, 5), {false, true});
  e.add(-1, stopped_after(3, 5), {});
  EXPECT_EQ(e.exits(), (std::vector<int64_t>{1, 0, 2}));
  EXPECT_DOUBLE_EQ(e.mean_members(), 7.0 / 3);
  EXPECT_DOUBLE_EQ(e.top1(), 0.5);  // of the two that have a label
  EXPECT_DOUBLE_EQ(e.top5(), 1);
  EXPECT_EQ(e.images(), 3);
}

TEST(PairedGap, CountsOnlyDisagreements) {
  PairedGap gap;
  gap.add({true, true}, {true, true});
  gap.add({true, true}, {false, true});
  gap.add({true, true}, {false, false});
  gap.add({false, false}, {true, true});
  EXPECT_DOUBLE_EQ(gap.gap(), 0.25);
}

// The definition without the closed form: the interval holds the differences d whose score statistic,
// with the other proportions at their most likely values under d, is within z. The likelihood is
// maximised on a grid.
double score_by_search(double n, double b, double c, double d) {
  double best = -1e300, best_q = 0;
  const double low = std::max(0.0, -d), high = (1 - d) / 2;
  for (int i = 0; i <= 200000; ++i) {
    const double q = low + (high - low) * i / 200000, p = q + d, rest = 1 - p - q;
    const auto term = [](double count, double share) {
      return count == 0 ? 0 : share <= 0 ? -1e300 : count * std::log(share);
    };
    const double likelihood = term(b, p) + term(c, q) + term(n - b - c, rest);
    if (likelihood > best) best = likelihood, best_q = q;
  }
  return (b - c - n * d) / std::sqrt(n * (2 * best_q + d - d * d));
}

TEST(Tango, SolvesItsDefinition) {
  constexpr double kZ = 1.959963984540054;
  const std::vector<std::array<int64_t, 3>> cases = {
      {800, 10, 2}, {50, 12, 2}, {800, 0, 3}, {30, 5, 5}, {3000, 40, 31}};
  for (const auto& [n, b, c] : cases) {
    const Interval i = tango_interval(n, b, c);
    const double nn = static_cast<double>(n), bb = static_cast<double>(b), cc = static_cast<double>(c);
    EXPECT_NEAR(score_by_search(nn, bb, cc, i.low), kZ, 2e-3) << n << " " << b << " " << c;
    EXPECT_NEAR(score_by_search(nn, bb, cc, i.high), -kZ, 2e-3) << n << " " << b << " " << c;
    EXPECT_LT(i.low, (bb - cc) / nn);
    EXPECT_GT(i.high, (bb - cc) / nn);
  }
}

TEST(Tango, IsSymmetricAndDefinedWithoutDisagreement) {
  const Interval a = tango_interval(500, 7, 3), b = tango_interval(500, 3, 7),
                 none = tango_interval(500, 0, 0);
  EXPECT_NEAR(a.low, -b.high, 1e-12);
  EXPECT_NEAR(a.high, -b.low, 1e-12);
  EXPECT_LT(none.low, 0);
  EXPECT_GT(none.high, 0);
  EXPECT_LT(none.high, 0.01);
  EXPECT_TRUE(std::isnan(tango_interval(0, 0, 0).low));
}

TEST(Latency, TakesTheNearestRank) {
  Latency l;
  EXPECT_TRUE(std::isnan(l.percentile_ms(50)));
  for (int i = 10; i >= 1; --i) l.add(i);
  EXPECT_DOUBLE_EQ(l.percentile_ms(50), 5);
  EXPECT_DOUBLE_EQ(l.percentile_ms(90), 9);
  EXPECT_DOUBLE_EQ(l.percentile_ms(99), 10);
  EXPECT_DOUBLE_EQ(l.mean_ms(), 5.5);
  l.add(100, 10);
  EXPECT_EQ(l.count(), 20u);
  EXPECT_DOUBLE_EQ(l.percentile_ms(51), 100);
}

}  // namespace
}  // namespace fxe::test
