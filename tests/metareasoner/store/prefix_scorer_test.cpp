// SPDX-License-Identifier: Apache-2.0
// PrefixScore against the method in double precision.
#include "metareasoner/store/prefix_scorer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "metareasoner/store/row_scan.h"
#include "tests/engine/input/expect_error.h"
#include "tests/metareasoner/fake_ensemble.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {
namespace {

constexpr size_t kImages = 40, kMembers = 4, kClasses = 37;

struct Expected {
  std::vector<double> m, p;
  int32_t votes = 0;

  int32_t label() const { return static_cast<int32_t>(std::max_element(m.begin(), m.end()) - m.begin()); }
};

std::vector<double> softmax(const std::vector<double>& m) {
  const double most = *std::max_element(m.begin(), m.end());
  std::vector<double> p;
  double sum = 0;
  for (double v : m) p.push_back(std::exp(v - most)), sum += p.back();
  for (double& v : p) v /= sum;
  return p;
}

// After the first `size` members; those with a value that is not finite are left out.
Expected expected(const StoreCase& c, size_t image, size_t size, const OperatingPoint& order) {
  Expected e{std::vector<double>(kClasses, 0), {}, 0};
  double weights = 0;
  std::vector<int32_t> own;
  for (size_t k = 0; k < size; ++k) {
    std::vector<double> z;
    for (float v : c.row(image, static_cast<size_t>(order.members[k])))
      z.push_back(static_cast<double>(v) / order.temperatures[k]);
    if (std::any_of(z.begin(), z.end(), [](double v) { return !std::isfinite(v); })) continue;
    own.push_back(static_cast<int32_t>(std::max_element(z.begin(), z.end()) - z.begin()));
    if (order.combine == Combine::probabilities) z = softmax(z);
    weights += order.weights[k];
    for (size_t j = 0; j < kClasses; ++j) e.m[j] += (z[j] - e.m[j]) * order.weights[k] / weights;
  }
  e.p = order.combine == Combine::logits ? softmax(e.m) : e.m;
  e.votes = static_cast<int32_t>(std::count(own.begin(), own.end(), e.label()));
  return e;
}

class PrefixScorerOf : public testing::TestWithParam<Combine> {};

TEST_P(PrefixScorerOf, AgreesWithTheMethod) {
  const StoreCase c(kImages, kMembers, kClasses, 5);
  OperatingPoint order = plain_point(kMembers, 0.5, GetParam());
  order.members = {2, 0, 3, 1};
  order.weights = {1, 2, 0.5, 3};
  order.temperatures = {1, 0.5, 2, 1.5};
  PrefixScorer scorer(order, kClasses, PrefixDetail::all);
  std::vector<PrefixScore> scores(kImages * kMembers);
  std::vector<float> rows(kImages * kClasses);
  scorer.run(
      c.header.labels,
      [&](size_t k) {
        for (size_t i = 0; i < kImages; ++i)
          for (size_t j = 0; j < kClasses; ++j)
            rows[i * kClasses + j] =
                c.logits[i].empty() ? NAN : c.row(i, static_cast<size_t>(order.members[k]))[j];
        return std::span<const float>(rows);
      },
      scores);

  for (size_t i = 0; i < kImages; ++i)
    for (size_t k = 0; k < kMembers; ++k) {
      const PrefixScore& s = scores[i * kMembers + k];
      SCOPED_TRACE(testing::Message() << "image " << i << ", " << k + 1 << " members");
      EXPECT_EQ(s.scored, i != 5 && !(i == 7 && order.members[k] == 1));
      if (i == 5) {
        EXPECT_EQ(s.label, -1);
        EXPECT_EQ(s.label_rank, -1);
        continue;
      }
      const Expected e = expected(c, i, k + 1, order);
      EXPECT_EQ(s.label, e.label());
      auto sorted = e.m;
      std::sort(sorted.rbegin(), sorted.rend());
      EXPECT_NEAR(s.raw1, sorted[0], 1e-4);
      EXPECT_NEAR(s.raw2, sorted[1], 1e-4);
      auto p = e.p;
      std::sort(p.rbegin(), p.rend());
      EXPECT_NEAR(s.p1, p[0], 1e-5);
      EXPECT_NEAR(s.p2, p[1], 1e-5);
      double entropy = 0;
      for (double v : e.p) entropy -= v > 0 ? v * std::log(v) : 0;
      EXPECT_NEAR(s.entropy, entropy, 1e-4);
      EXPECT_EQ(s.votes, e.votes);
      const int32_t label = c.header.labels[i];
      if (label < 0) {
        EXPECT_EQ(s.label_rank, -1);
        continue;
      }
      const double own = e.m[static_cast<size_t>(label)];
      const auto ahead = std::count_if(e.m.begin(), e.m.end(), [&](double v) { return v > own; });
      // Of image 9's three best, those before the label are ahead of it.
      EXPECT_EQ(s.label_rank, i == 9 && label < 3 ? label : ahead);
      EXPECT_NEAR(s.label_score, e.p[static_cast<size_t>(label)], 1e-5);
    }
}

INSTANTIATE_TEST_SUITE_P(Combines, PrefixScorerOf, testing::Values(Combine::logits, Combine::probabilities));

// A weight too small to change the sum of weights counts like any other: the tail, which runs when members
// do, says which members were left out.
TEST(PrefixScorer, AWeightBelowTheSumsLastBitWasScoredAllTheSame) {
  const StoreCase c(8, 3, kClasses, 5);
  OperatingPoint order = plain_point(3, 0.5);
  order.weights = {1, 1e-8, 1};
  PrefixScorer scorer(order, kClasses, PrefixDetail::all);
  std::vector<PrefixScore> scores(8 * 3);
  std::vector<float> rows(8 * kClasses);
  scorer.run(
      c.header.labels,
      [&](size_t k) {
        for (size_t i = 0; i < 8; ++i)
          for (size_t j = 0; j < kClasses; ++j)
            rows[i * kClasses + j] = c.logits[i].empty() ? NAN : c.row(i, k)[j];
        return std::span<const float>(rows);
      },
      scores);
  for (size_t i = 0; i < 8; ++i)
    for (size_t k = 0; k < 3; ++k)
      EXPECT_EQ(scores[i * 3 + k].scored, i != 5 && !(i == 7 && k == 1)) << "image " << i << ", member " << k;
}

TEST(OperatingPoint, WeightsAreAboveZeroInTheArithmeticThatUsesThem) {
  OperatingPoint point = plain_point(3, 0.5);
  const auto error = [&] { return error_of([&] { check_operating_point(point, 3, "p"); }); };
  EXPECT_EQ(error(), "NO ERROR");
  point.weights = {1, 1e-46, 1};
  EXPECT_NE(error().find("above 0 (in fp32"), std::string::npos);
  point.weights = {3e38, 3e38, 1};
  EXPECT_NE(error().find("their sum is past what fp32 holds"), std::string::npos);
}

TEST(RowScan, TiesGoToTheLowerIndex) {
  std::vector<float> row(40, 0.0f);
  row[11] = row[30] = row[39] = 2;
  EXPECT_EQ(largest_class(row), 11);
  EXPECT_EQ(largest_but(row, 11), 2);
  EXPECT_EQ(classes_ahead(row, 11), 0);
  EXPECT_EQ(classes_ahead(row, 39), 2);
  EXPECT_EQ(classes_ahead(row, 0), 3);
  EXPECT_EQ(classes_ahead(row, 35), 36);
  EXPECT_EQ(largest_but(std::vector<float>{1}, 0), -INFINITY);
}

}  // namespace
}  // namespace fxe::test
