// SPDX-License-Identifier: Apache-2.0
// Searches against trying every combination with the functions that decide.
#include "metareasoner/calibrate/joint_search.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "metareasoner/calibrate/published_rule.h"
#include "metareasoner/calibrate/threshold_path.h"
#include "metareasoner/replay/replay.h"
#include "tests/metareasoner/calibrate/calibration_case.h"

namespace fxe::test {
namespace {

// As replay() decides, image by image.
Spent decided(const CalibrationCase& c, LossKind kind, const std::vector<double>& thresholds,
              ReplaySignal signal = ReplaySignal::margin) {
  const std::vector<float> t(thresholds.begin(), thresholds.end());
  Spent s;
  for (const size_t i : usable_images(*c.store, kind)) {
    const RowResult row = decide(c.trace->image(i), t, signal, 5);
    const auto k = static_cast<size_t>(row.members);
    s += {loss(kind, c.full[i], c.trace->at(i, k)), c.cost[k - 1]};
  }
  return s;
}

void all_choices(const ExitTable& t, size_t k, Choice& choice,
                 const std::function<void(const Choice&)>& visit) {
  if (k + 1 == t.sizes()) return visit(choice);
  for (uint16_t j = 0; j < t.candidates()[k].size(); ++j) {
    choice[k] = j;
    all_choices(t, k + 1, choice, visit);
  }
}

constexpr LossKind kKinds[] = {LossKind::gap, LossKind::harm, LossKind::disagreement};

TEST(ExitTable, SpendsWhatReplayDecides) {
  const CalibrationCase c(400, 4, 1);
  for (const auto signal : {ReplaySignal::margin, ReplaySignal::raw_margin, ReplaySignal::top1,
                            ReplaySignal::entropy, ReplaySignal::agreement})
    for (const LossKind kind : kKinds)
      for (const bool quantile : {false, true}) {
        const ExitTable t =
            c.table(kind, {.spacing = quantile ? Spacing::quantile : Spacing::logit, .count = 20}, signal);
        Random random(3, "choices");
        for (int n = 0; n < 20; ++n) {
          Choice choice;
          for (const auto& list : t.candidates())
            choice.push_back(static_cast<uint16_t>(random.integer(0, static_cast<int64_t>(list.size()) - 1)));
          const Spent a = t.spend(choice), b = decided(c, kind, t.thresholds(choice), signal);
          EXPECT_EQ(a.loss, b.loss) << name(signal) << " " << name(kind);
          EXPECT_NEAR(a.cost, b.cost, 1e-9);
        }
        EXPECT_NEAR(t.spend(t.never()).cost, c.cost.back() * static_cast<double>(t.images()), 1e-9);
        EXPECT_EQ(t.spend(t.never()).loss, 0);
      }
}

TEST(Candidates, LieHalfwayBetweenObservedValues) {
  const CalibrationCase c(300, 3, 2);
  const auto images = usable_images(*c.store, LossKind::gap);
  for (const auto spacing : {Spacing::logit, Spacing::quantile}) {
    const auto all =
        candidate_thresholds(*c.trace, ReplaySignal::margin, 5, images, {.spacing = spacing, .count = 30});
    ASSERT_EQ(all.size(), 2u);
    for (size_t k = 1; k < 3; ++k) {
      const auto& list = all[k - 1];
      EXPECT_GT(list.size(), 20u);
      EXPECT_LE(list.size(), 30u);
      EXPECT_EQ(list.front(), kAlwaysStops);
      EXPECT_EQ(list.back(), 1);
      std::vector<float> values;
      for (const size_t i : images)
        values.push_back(signal_value(ReplaySignal::margin, c.trace->at(i, k), k, 5));
      std::sort(values.begin(), values.end());
      for (size_t j = 1; j + 1 < list.size(); ++j) {
        EXPECT_LT(list[j - 1], list[j]);
        const auto above = std::upper_bound(values.begin(), values.end(), list[j]);
        ASSERT_NE(above, values.begin());
        ASSERT_NE(above, values.end());
        EXPECT_NEAR(list[j], (*above + *std::prev(above)) / 2, 1e-7);
      }
      if (spacing == Spacing::logit) continue;
      // Equal shares: the middle candidate has half of the images below it.
      const auto below =
          std::lower_bound(values.begin(), values.end(), list[list.size() / 2]) - values.begin();
      EXPECT_NEAR(static_cast<double>(below) / static_cast<double>(values.size()), 0.5, 0.06);
    }
  }
  const auto shared = candidate_thresholds(*c.trace, ReplaySignal::margin, 5, images, {.shared = true});
  EXPECT_EQ(shared[0], shared[1]);
}

TEST(BlockSweep, SeesEveryCombinationAsTheTableHasIt) {
  const CalibrationCase c(300, 6, 4);
  const ExitTable t = c.table(LossKind::gap, {.count = 7});
  BlockSweep sweep(t);
  Random random(8, "kept");
  for (const std::vector<size_t>& free :
       {std::vector<size_t>{0}, {4}, {1, 3}, {0, 1, 2}, {0, 2, 4}, {2, 3, 4}, {1, 4}}) {
    Choice kept;
    for (const auto& list : t.candidates())
      kept.push_back(static_cast<uint16_t>(random.integer(1, static_cast<int64_t>(list.size()) - 1)));
    size_t seen = 0, combinations = 1;
    for (const size_t f : free) combinations *= t.candidates()[f].size();
    sweep.run(kept, free, [&](const auto& j, const Spent& s) {
      Choice choice = kept;
      for (size_t f = 0; f < free.size(); ++f) choice[free[f]] = j[f];
      const Spent expected = t.spend(choice);
      EXPECT_EQ(s.loss, expected.loss);
      EXPECT_NEAR(s.cost, expected.cost, 1e-8);
      ++seen;
    });
    EXPECT_EQ(seen, combinations);
  }
}

std::vector<Goal> goals(const ExitTable& t) {
  const auto n = static_cast<double>(t.images()), all = t.cumulative_cost().back();
  return {{.cost_weight = 1, .loss_limit = 0},
          {.cost_weight = 1, .loss_limit = 0.01 * n},
          {.cost_weight = 1, .loss_limit = -0.01 * n},
          {.loss_weight = 1, .cost_limit = 0.6 * n * all},
          {.loss_weight = 1, .cost_limit = 0.35 * n * all},
          {.loss_weight = 1, .cost_limit = 0.01 * n * all},  // nothing is
          {.cost_weight = 1 / all, .loss_weight = 5},
          {.cost_weight = 1 / all, .loss_weight = 0.7}};
}

TEST(JointSearch, EqualsExhaustiveSearchWithUpToFourMembers) {
  for (const size_t members : {1, 2, 3, 4})
    for (uint64_t seed = 0; seed < 3; ++seed) {
      const CalibrationCase c(250, members, seed);
      const ExitTable t = c.table(kKinds[seed], {.count = 9});
      const auto points = joint_frontier(t, 2);
      ASSERT_TRUE(is_exhaustive(t));
      for (const Goal& goal : goals(t)) {
        Spent best = decided(c, kKinds[seed], t.thresholds(t.never()));
        Choice choice = t.never();
        all_choices(t, 0, choice, [&](const Choice& tried) {
          const Spent s = decided(c, kKinds[seed], t.thresholds(tried));
          if (goal.better(s, best)) best = s;
        });
        const FrontierPoint found = joint_best(t, points, goal);
        EXPECT_NEAR(goal.excess(found.spent), goal.excess(best), 1e-9);
        EXPECT_NEAR(goal.value(found.spent), goal.value(best), 1e-9) << members << " members, seed " << seed;
        const Spent again = decided(c, kKinds[seed], t.thresholds(found.choice));
        EXPECT_EQ(again.loss, found.spent.loss);
        EXPECT_NEAR(again.cost, found.spent.cost, 1e-8);
      }
    }
}

// Six members: every combination of five sizes with 6 candidates, 7776 of them.
TEST(JointSearch, FindsTheBestOfMoreMembersToo) {
  int equal = 0, asked = 0;
  for (uint64_t seed = 10; seed < 13; ++seed) {
    const CalibrationCase c(300, 6, seed);
    const ExitTable t = c.table(LossKind::gap, {.count = 6});
    ASSERT_FALSE(is_exhaustive(t));
    const auto points = joint_frontier(t, 1);
    const auto all = goals(t);
    std::vector<Spent> best(all.size(), t.spend(t.never()));
    Choice choice = t.never();
    all_choices(t, 0, choice, [&](const Choice& tried) {
      const Spent s = t.spend(tried);
      for (size_t g = 0; g < all.size(); ++g)
        if (all[g].better(s, best[g])) best[g] = s;
    });
    for (size_t g = 0; g < all.size(); ++g) {
      const Spent found = joint_best(t, points, all[g]).spent;
      EXPECT_FALSE(all[g].better(found, best[g]) && all[g].value(found) < all[g].value(best[g]) - 1e-9);
      EXPECT_EQ(all[g].met(found), all[g].met(best[g]));
      ++asked;
      equal += std::abs(all[g].value(found) - all[g].value(best[g])) < 1e-9;
    }
  }
  fmt::print("{} of {} goals: the best of all combinations\n", equal, asked);
  EXPECT_GE(equal, asked - 1);
}

TEST(JointSearch, TheFrontierFallsAndIsAttained) {
  const CalibrationCase c(400, 5, 6);
  for (const LossKind kind : kKinds) {
    const ExitTable t = c.table(kind);
    const auto points = joint_frontier(t, 2);
    ASSERT_GT(points.size(), 10u);
    for (size_t p = 0; p < points.size(); ++p) {
      const Spent s = decided(c, kind, t.thresholds(points[p].choice));
      EXPECT_EQ(s.loss, points[p].spent.loss);
      EXPECT_NEAR(s.cost, points[p].spent.cost, 1e-8);
      if (p == 0) continue;
      EXPECT_GT(points[p].spent.loss, points[p - 1].spent.loss);
      EXPECT_LT(points[p].spent.cost, points[p - 1].spent.cost);
    }
    EXPECT_LE(points.front().spent.loss, 0);
    EXPECT_NEAR(points.back().spent.cost, c.cost.front() * static_cast<double>(t.images()), 1e-8);
    // More room never costs more.
    double before = INFINITY;
    for (double limit = -5; limit < 60; limit += 1) {
      const Goal goal{.cost_weight = 1, .loss_limit = limit};
      const Spent s = joint_best(t, points, goal).spent;
      if (!goal.met(s)) continue;
      EXPECT_LE(s.cost, before * (1 + 1e-12));
      before = s.cost;
    }
  }
}

TEST(PublishedRule, EachOrderIsTheBestOfWhatItTries) {
  const CalibrationCase c(400, 4, 9);
  const ExitTable t = c.table(LossKind::gap, {.count = 12, .shared = true});
  double errors = 0;
  for (const size_t i : usable_images(*c.store, LossKind::gap)) errors += c.full[i].right ? 0 : 1;
  for (const double alpha : {0.1, 0.5, 0.9}) {
    const PublishedObjective m({.alpha = alpha}, t.images(), errors, c.cost.front(), c.cost.back());
    const auto value = [&](const Choice& choice) {
      // M from its definition.
      const Spent s = decided(c, LossKind::gap, t.thresholds(choice));
      const double r = s.cost / static_cast<double>(t.images()) / c.cost.back();
      const double e = 100 * static_cast<double>(s.loss) / errors;
      EXPECT_NEAR(alpha * r + (1 - alpha) * e, m.value(s), 1e-9);
      return alpha * r + (1 - alpha) * e;
    };
    const auto count = static_cast<uint16_t>(t.candidates()[0].size());
    const auto best_of_size = [&](Choice from, size_t k) {
      double best = INFINITY;
      for (uint16_t j = 0; j < count; ++j) {
        from[k] = j;
        best = std::min(best, value(from));
      }
      return best;
    };
    const Choice shared = choose(PublishedRule::Order::shared, t, m.goal(), 1);
    double best = INFINITY;
    for (uint16_t j = 0; j < count; ++j) best = std::min(best, value(Choice(3, j)));
    EXPECT_NEAR(value(shared), best, 1e-9);
    EXPECT_TRUE(shared[0] == shared[1] && shared[1] == shared[2]);

    const Choice alone = choose(PublishedRule::Order::alone, t, m.goal(), 1);
    Choice forward = t.never();
    const Choice chosen = choose(PublishedRule::Order::forward, t, m.goal(), 1);
    for (size_t k = 0; k < 3; ++k) {
      Choice single = t.never();
      single[k] = alone[k];
      EXPECT_NEAR(value(single), best_of_size(t.never(), k), 1e-9);
      best = best_of_size(forward, k);
      forward[k] = chosen[k];
      EXPECT_NEAR(value(forward), best, 1e-9);
    }
    const double joint = value(choose(PublishedRule::Order::joint, t, m.goal(), 1));
    for (const auto& other : {shared, alone, chosen, t.never(), t.always_first()})
      EXPECT_LE(joint, value(other) + 1e-9);
  }
}

}  // namespace
}  // namespace fxe::test
