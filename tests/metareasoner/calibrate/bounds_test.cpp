// SPDX-License-Identifier: Apache-2.0
// Binomial and betting bounds against values computed in other ways.
#include <gtest/gtest.h>

#include <cmath>

#include "metareasoner/calibrate/betting_bound.h"
#include "metareasoner/calibrate/binomial_bound.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

TEST(BinomialBound, IsThePublishedExactValue) {
  EXPECT_NEAR(binomial_upper_bound(0, 400, 0.1), 0.00574, 5e-6);
  EXPECT_NEAR(binomial_upper_bound(0, 400, 0.1), 1 - std::pow(0.1, 1.0 / 400), 1e-15);
  // Where the binomial tail equals delta: summed term by term and bisected with 60 digits, with exact integer
  // coefficients (Python's decimal and math.comb).
  const struct {
    int64_t events, n;
    double delta, bound;
  } known[] = {{1, 10, 0.05, 0.3941633024},       {3, 20, 0.05, 0.3436638043},
               {5, 100, 0.025, 0.1128349111},     {25, 25000, 0.05, 0.001396366194},
               {50, 25000, 0.05, 0.002530810043}, {50, 50000, 0.05, 0.001265573277},
               {400, 1000, 0.1, 0.4204870464},    {9, 10, 0.1, 0.9895192582}};
  for (const auto& k : known)
    EXPECT_NEAR(binomial_upper_bound(k.events, k.n, k.delta) / k.bound, 1, 1e-9) << k.events << " of " << k.n;
  EXPECT_EQ(binomial_upper_bound(10, 10, 0.1), 1);
}

TEST(BinomialBound, TailIsTheSumOfProbabilities) {
  for (const int64_t n : {1, 7, 30})
    for (const double p : {0.01, 0.3, 0.5, 0.97}) {
      double sum = 0, choose = 1;
      for (int64_t k = 0; k < n; ++k) {
        sum += choose * std::pow(p, static_cast<double>(k)) * std::pow(1 - p, static_cast<double>(n - k));
        EXPECT_NEAR(binomial_tail(k, n, p), sum, 1e-12) << k << " of " << n << " at " << p;
        choose *= static_cast<double>(n - k) / static_cast<double>(k + 1);
      }
      EXPECT_EQ(binomial_tail(n, n, p), 1);
    }
}

TEST(BinomialBound, GrowsWithEventsAndFallsWithImagesAndDelta) {
  for (const int64_t n : {50, 500, 50000})
    for (int64_t k = 0; k < 40; ++k) {
      EXPECT_LT(binomial_upper_bound(k, n, 0.1), binomial_upper_bound(k + 1, n, 0.1));
      EXPECT_GT(binomial_upper_bound(k, n, 0.1), binomial_upper_bound(k, n + 1, 0.1));
      EXPECT_GT(binomial_upper_bound(k, n, 0.05), binomial_upper_bound(k, n, 0.1));
      EXPECT_NEAR(binomial_tail(k, n, binomial_upper_bound(k, n, 0.1)), 0.1, 1e-9);
    }
}

TEST(BinomialBound, ImagesNeeded) {
  EXPECT_EQ(images_needed_without_events(0.001, 0.1), 2302);
  for (const double limit : {0.0005, 0.003, 0.05, 0.4})
    for (const double delta : {0.01, 0.1}) {
      const auto n = images_needed_without_events(limit, delta);
      EXPECT_LE(binomial_tail(0, n, limit), delta);
      EXPECT_GT(binomial_tail(0, n - 1, limit), delta);
    }
}

std::vector<int8_t> losses(size_t n, double up, double down, uint64_t seed) {
  Random random(seed, "losses");
  std::vector<int8_t> x;
  for (size_t i = 0; i < n; ++i) {
    const double u = random.uniform();
    x.push_back(u < up ? 1 : u < up + down ? -1 : 0);
  }
  return x;
}

// The paper's capital in the header's terms, computed a second time, with fresh variances.
double largest_capital(const std::vector<int8_t>& x, double m, double delta) {
  double capital = 1, largest = 1;
  const double q = (m + 1) / 2;
  for (size_t i = 0; i < x.size(); ++i) {
    double squares = 0.25, sum = 0.5;
    for (size_t j = 0; j < i; ++j) {
      const double y = (x[j] + 1) / 2.0;
      sum += y;
      const double mean = sum / static_cast<double>(j + 2);
      squares += (y - mean) * (y - mean);
    }
    const double v = squares / static_cast<double>(i + 1);
    const double bet =
        std::min(std::sqrt(2 * std::log(1 / delta) / (static_cast<double>(x.size()) * v)), 0.9 / (1 - q));
    capital *= 1 - bet * ((x[i] + 1) / 2.0 - q);
    largest = std::max(largest, capital);
  }
  return largest;
}

TEST(BettingBound, IsWhereTheCapitalReachesOneOverDelta) {
  for (uint64_t seed = 0; seed < 6; ++seed) {
    const auto x = losses(300, 0.03, 0.02 * static_cast<double>(seed % 3), seed);
    for (const double delta : {0.05, 0.2}) {
      const double bound = betting_upper_bound(x, delta);
      ASSERT_LT(bound, 1);
      EXPECT_GE(largest_capital(x, bound + 1e-6, delta), 1 / delta);
      EXPECT_LT(largest_capital(x, bound - 1e-6, delta), 1 / delta);
      EXPECT_TRUE(betting_shows_below(x, bound + 1e-6, delta));
      EXPECT_FALSE(betting_shows_below(x, bound - 1e-6, delta));
    }
  }
}

TEST(BettingBound, IsAboveTheMeanAndComesCloserWithMoreImages) {
  double before = 1;
  for (const size_t n : {100, 1000, 10000, 50000}) {
    const auto x = losses(n, 0.01, 0.005, 3);
    double mean = 0;
    for (const auto v : x) mean += v / static_cast<double>(n);
    const double bound = betting_upper_bound(x, 0.1);
    EXPECT_GT(bound, mean);
    EXPECT_LT(bound, before);
    before = bound;
  }
  EXPECT_LT(before, 0.005 + 0.002) << "50,000 images, 1.5 % of which differ: a fifth of a point";
  EXPECT_EQ(betting_upper_bound({}, 0.1), 1);
}

TEST(BettingBound, ImagesNeeded) {
  for (const double limit : {0.002, 0.05}) {
    const auto n = static_cast<size_t>(images_needed_without_losses(limit, 0.1));
    EXPECT_TRUE(betting_shows_below(std::vector<int8_t>(n, 0), limit, 0.1));
    EXPECT_FALSE(betting_shows_below(std::vector<int8_t>(n - 1, 0), limit, 0.1));
  }
}

}  // namespace
}  // namespace fxe::test
