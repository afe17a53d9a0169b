// SPDX-License-Identifier: Apache-2.0
// Reports and baselines against counting by hand.
#include "metareasoner/replay/replay_report.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metareasoner/replay/subset_search.h"
#include "tests/metareasoner/fake_ensemble.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {
namespace {

constexpr size_t kMembers = 4, kImages = 300;

struct Case {
  Case() : recorded(kImages, kMembers, 3, 8) {
    // Labels that the members know something about.
    for (size_t i = 0; i < kImages; ++i)
      if (recorded.header.labels[i] >= 0 && i != 5 && i != 7)
        for (size_t m = 0; m < kMembers; ++m)
          recorded.logits[i][m * 3 + static_cast<size_t>(recorded.header.labels[i])] += 1.5f;
    recorded.write(folder / "s");
    store = std::make_unique<Store>(Store::open(folder / "s"));
  }
  Replayed replayed(const OperatingPoint& p) const {
    return replay(*store, Trace::of(*store, p, PrefixDetail::decision, 1), p.thresholds, ReplaySignal::margin,
                  {}, 1);
  }
  bool counts(size_t i) const { return i != 5 && recorded.header.labels[i] >= 0; }

  StoreFolder folder;
  StoreCase recorded;
  std::unique_ptr<Store> store;
};

TEST(ReplayReport, AgreesWithCounting) {
  const Case c;
  const OperatingPoint point = plain_point(kMembers, 0.5);
  const Trace trace = Trace::of(*c.store, point, PrefixDetail::decision, 1);
  const Replayed policy = c.replayed(point), full = c.replayed(plain_point(kMembers, 1));
  const ReplayReport r = report(*c.store, trace, ReplaySignal::margin, policy, full);
  double random_top1 = 0;
  for (size_t k = 1; k <= kMembers; ++k) {
    const Replayed fixed = c.replayed(plain_point(k, 1));
    int64_t images = 0, labelled = 0, right = 0, only_full = 0, only_policy = 0, back = 0;
    for (size_t i = 0; i < kImages; ++i) {
      if (c.counts(i)) back += fixed.hits[i].top1 && !full.hits[i].top1;
      if (policy.rows[i].members != static_cast<int>(k)) continue;
      ++images;
      if (!c.counts(i)) continue;
      ++labelled;
      right += policy.hits[i].top1;
      only_full += full.hits[i].top1 && !policy.hits[i].top1;
      only_policy += policy.hits[i].top1 && !full.hits[i].top1;
    }
    const StageReport& s = r.stages[k - 1];
    EXPECT_GT(images, 0);
    EXPECT_EQ(s.images, images);
    EXPECT_NEAR(s.top1, static_cast<double>(right) / static_cast<double>(labelled), 1e-12);
    EXPECT_EQ(s.gap.only_full_right, only_full);
    EXPECT_EQ(s.gap.only_policy_right, only_policy);
    EXPECT_EQ(s.size_top1, fixed.evaluation.top1());
    EXPECT_EQ(s.flip_backs, back);
    random_top1 += static_cast<double>(images) / static_cast<double>(kImages - 1) * s.size_top1;
  }
  EXPECT_NEAR(r.random_exits_top1, random_top1, 1e-12);
  EXPECT_EQ(r.stages.back().gap.gap(), 0) << "images that run every member answer as the full ensemble";
  EXPECT_NEAR(r.gap.gap(), full.evaluation.top1() - policy.evaluation.top1(), 1e-12);
  int64_t loss = 0, images = 0;
  for (const auto& cl : r.classes) loss += cl.full_right - cl.policy_right, images += cl.images;
  EXPECT_EQ(loss, r.gap.only_full_right - r.gap.only_policy_right);
  EXPECT_EQ(images, policy.evaluation.labelled());
}

TEST(ReplayReport, AurocCountsPairs) {
  Random random(4, "auroc");
  std::vector<float> right, wrong;
  for (int i = 0; i < 200; ++i) right.push_back(static_cast<float>(random.integer(2, 9)));
  for (int i = 0; i < 70; ++i) wrong.push_back(static_cast<float>(random.integer(0, 6)));
  double wins = 0;
  for (float p : right)
    for (float n : wrong) wins += p > n ? 1 : p == n ? 0.5 : 0;
  EXPECT_NEAR(auroc(right, wrong), wins / (200 * 70), 1e-12);
  EXPECT_EQ(auroc({1}, {0}), 1);
  EXPECT_EQ(auroc({1}, {1}), 0.5);
  EXPECT_TRUE(std::isnan(auroc({}, {1})));
}

TEST(SubsetSearch, FindsTheBestOfAllByTryingEach) {
  const Case c;
  const std::vector<double> cost = {1, 2, 1.5, 4};
  for (const Combine combine : {Combine::logits, Combine::probabilities})
    for (const double budget : {0.5, 1.0, 3.0, 4.5, 100.0}) {
      OperatingPoint order = plain_point(kMembers, 1, combine);
      order.members = {2, 0, 3, 1};
      order.weights = {1, 2, 1, 0.5};
      order.temperatures = {1, 2, 0.5, 1};
      const auto search = search_subsets(*c.store, order, cost, budget, 2);
      size_t within = 0;
      double best = -1, single = -1, best_cost = 0;
      for (unsigned set = 1; set < 16; ++set) {
        OperatingPoint p;
        p.combine = combine;
        double spent = 0;
        for (size_t k = 0; k < kMembers; ++k) {
          if (!(set >> k & 1)) continue;
          p.members.push_back(order.members[k]);
          p.weights.push_back(order.weights[k]);
          p.temperatures.push_back(order.temperatures[k]);
          spent += cost[k];
        }
        if (spent > budget) continue;
        p.thresholds.assign(p.size() - 1, 1);
        const double top1 = c.replayed(p).evaluation.top1();
        ++within;
        if (top1 > best || (top1 == best && spent < best_cost)) best = top1, best_cost = spent;
        if (p.size() == 1) single = std::max(single, top1);
      }
      EXPECT_TRUE(search.complete);
      EXPECT_EQ(search.searched, within);
      if (within == 0) {
        EXPECT_TRUE(search.best.members.empty());
        continue;
      }
      EXPECT_EQ(search.best.top1, best) << "budget " << budget;
      EXPECT_EQ(search.best.cost, best_cost);
      EXPECT_EQ(search.best_single.top1, single);
      OperatingPoint found;
      found.combine = combine;
      for (const int m : search.best.members) {
        const auto k = static_cast<size_t>(std::find(order.members.begin(), order.members.end(), m) -
                                           order.members.begin());
        found.members.push_back(m);
        found.weights.push_back(order.weights[k]);
        found.temperatures.push_back(order.temperatures[k]);
      }
      found.thresholds.assign(found.size() - 1, 1);
      EXPECT_EQ(c.replayed(found).evaluation.top1(), best);
    }
}

}  // namespace
}  // namespace fxe::test
