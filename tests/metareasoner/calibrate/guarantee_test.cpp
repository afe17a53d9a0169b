// SPDX-License-Identifier: Apache-2.0
// Guarantees hold as often as they say: calibration sets are drawn with replacement from a store, whose exact
// risk is known; and tests that promise too much are detected.
#include "metareasoner/calibrate/guarantee.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "metareasoner/calibrate/binomial_bound.h"
#include "metareasoner/calibrate/threshold_path.h"
#include "tests/metareasoner/calibrate/calibration_case.h"

namespace fxe::test {
namespace {

constexpr int kTrials = 10'000;
constexpr double kDelta = 0.1;

// What every image of a store loses under every policy of a path, and the mean: the exact risk.
struct Population {
  explicit Population(LossKind kind) : c(3000, 4, 21, 1.5f), images(usable_images(*c.store, kind)) {
    for (const auto& t : fixed_path(ReplaySignal::margin, 4, 14)) {
      losses.push_back(fxe::losses_of(*c.trace, ReplaySignal::margin, 5, images, kind, c.full, t));
      risk.push_back(std::accumulate(losses.back().begin(), losses.back().end(), 0.0) /
                     static_cast<double>(images.size()));
    }
  }
  // The first policy whose risk exceeds r; a limit just below its risk makes it the one that must not pass.
  size_t first_above(double r) const {
    size_t p = 0;
    while (risk[p] <= r) ++p;
    return p;
  }

  CalibrationCase c;
  std::vector<size_t> images;
  std::vector<std::vector<int8_t>> losses;
  std::vector<double> risk;
};
const Population& population(LossKind kind) {
  static const Population gap(LossKind::gap), harm(LossKind::harm), disagreement(LossKind::disagreement);
  return kind == LossKind::gap ? gap : kind == LossKind::harm ? harm : disagreement;
}

// In how many of kTrials draws of n images a policy passes although its risk exceeds the limit.
int violations(const Population& p, size_t n, double limit, const RiskTest& test) {
  Random random(5, "draws");
  std::vector<size_t> draw(n);
  std::vector<int8_t> drawn(n);
  int violated = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    for (size_t& i : draw) i = static_cast<size_t>(random.bits() % p.images.size());
    const auto losses_of = [&](size_t policy) -> std::span<const int8_t> {
      for (size_t i = 0; i < n; ++i) drawn[i] = p.losses[policy][draw[i]];
      return drawn;
    };
    const size_t passed = fixed_sequence(p.losses.size(), losses_of, limit, kDelta, test);
    violated += std::any_of(p.risk.begin(), p.risk.begin() + static_cast<std::ptrdiff_t>(passed),
                            [&](double r) { return r > limit; });
  }
  return violated;
}

// Four standard deviations of a binomial count.
const double kAllowed = kTrials * kDelta + 4 * std::sqrt(kTrials * kDelta * (1 - kDelta));

double mean_of(std::span<const int8_t> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}
bool no_bound(std::span<const int8_t> x, double limit, double) { return mean_of(x) <= limit; }
// The normal approximation with the observed variance; z of a one-sided 0.1.
bool wald(std::span<const int8_t> x, double limit, double) {
  const double mean = mean_of(x);
  double squares = 0;
  for (const int8_t v : x) squares += (v - mean) * (v - mean);
  const auto n = static_cast<double>(x.size());
  return mean + 1.2815515655446004 * std::sqrt(squares / n / n) <= limit;
}
RiskTest with_wrong_delta(LossKind kind) {
  return [test = risk_test(kind)](std::span<const int8_t> x, double limit, double delta) {
    return test(x, limit, 3 * delta);
  };
}

struct Setting {
  LossKind kind;
  double risk;      // about where the limit is
  double expected;  // losses of 1 among the images drawn, at the limit
};

class Guarantee : public testing::TestWithParam<Setting> {
 protected:
  Guarantee()
      : p(population(GetParam().kind)),
        limit(p.risk[p.first_above(GetParam().risk)] * (1 - 1e-9)),
        n(static_cast<size_t>(std::lround(GetParam().expected / limit))) {}

  int violated(const RiskTest& test, const char* what) const {
    const int v = violations(p, n, limit, test);
    fmt::print("{}, {} of {} images at limit {:.4f}, {}: {} of {} violate, {:.0f} allowed\n",
               name(GetParam().kind), n, p.images.size(), limit, what, v, kTrials, kAllowed);
    return v;
  }
  const Population& p;
  double limit;
  size_t n;
};

TEST_P(Guarantee, HoldsAsOftenAsItSays) {
  EXPECT_LE(violated(risk_test(GetParam().kind), "fxe's test"), kAllowed);
}

TEST_P(Guarantee, NoBoundAtAllIsCaught) { EXPECT_GT(violated(no_bound, "no bound"), kAllowed); }

TEST_P(Guarantee, AWaldBoundIsCaught) { EXPECT_GT(violated(wald, "Wald"), kAllowed); }

TEST_P(Guarantee, TheWrongDeltaIsCaught) {
  EXPECT_GT(violated(with_wrong_delta(GetParam().kind), "3 delta"), kAllowed);
}

// With 2.5 losses expected, only a draw without a loss may pass; and few losses are where Wald errs.
INSTANTIATE_TEST_SUITE_P(Harm, Guarantee, testing::Values(Setting{LossKind::harm, 0.01, 2.5}));
INSTANTIATE_TEST_SUITE_P(Disagreement, Guarantee,
                         testing::Values(Setting{LossKind::disagreement, 0.02, 2.5}));

// The betting test is not exact: it stays below delta, and a wrong delta shows only if it is far off.
TEST(GuaranteedGap, HoldsAndTestsThatPromiseTooMuchAreCaught) {
  const Population& p = population(LossKind::gap);
  const double limit = p.risk[p.first_above(0.01)] * (1 - 1e-9);
  const auto violated = [&](size_t n, const RiskTest& test, const char* what) {
    const int v = violations(p, n, limit, test);
    fmt::print("gap, {} images at limit {:.4f}, {}: {} of {} violate\n", n, limit, what, v, kTrials);
    return v;
  };
  const auto betting = risk_test(LossKind::gap);
  EXPECT_LE(violated(1000, betting, "fxe's test"), kAllowed);
  EXPECT_LE(violated(80, betting, "fxe's test"), kAllowed);
  EXPECT_GT(violated(1000, no_bound, "no bound"), kAllowed);
  EXPECT_GT(violated(80, wald, "Wald"), kAllowed);
  EXPECT_GT(violated(
                1000, [&](auto x, double l, double) { return betting(x, l, 0.9); }, "delta 0.9"),
            kAllowed);
}

TEST(Guarantee, PassesWhatTheExactTestPasses) {
  const auto holds = risk_test(LossKind::harm);
  std::vector<int8_t> x(400, 0);
  EXPECT_TRUE(holds(x, 0.00574, 0.1));
  EXPECT_FALSE(holds(x, 0.00573, 0.1));
  x[7] = 1;
  EXPECT_FALSE(holds(x, 0.00574, 0.1));
  EXPECT_EQ(images_needed(LossKind::harm, 0.001, 0.1), 2302);
  EXPECT_EQ(risk_upper_bound(LossKind::disagreement, x, 0.1), binomial_upper_bound(1, 400, 0.1));
}

TEST(Guarantee, TheWalkEndsAtTheFirstThatFails) {
  std::vector<std::vector<int8_t>> losses(5, std::vector<int8_t>(400, 0));
  losses[2].assign(400, 1);  // and what comes after would pass again
  size_t asked = 0;
  const auto passed = fixed_sequence(
      5,
      [&](size_t p) -> std::span<const int8_t> {
        ++asked;
        return losses[p];
      },
      0.01, 0.1, risk_test(LossKind::harm));
  EXPECT_EQ(passed, 2u);
  EXPECT_EQ(asked, 3u);
}

}  // namespace
}  // namespace fxe::test
