// SPDX-License-Identifier: Apache-2.0
// Reports and baselines against counting by hand.
#include "metareasoner/replay/replay_report.h"

#include <gtest/gtest.h>

#include <algorithm>
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

// The same figures as for a store that has only these images.
TEST(ReplayReport, OfSomeImagesCountsThoseAlone) {
  const Case c;
  std::vector<size_t> only;
  for (size_t i = 0; i < kImages; i += 3) only.push_back(i);
  only.push_back(5 + kImages % 2);
  std::sort(only.begin(), only.end());
  const OperatingPoint point = plain_point(kMembers, 0.5), all = plain_point(kMembers, 1);
  const Trace trace = Trace::of(*c.store, point, PrefixDetail::decision, 1);
  const auto part = [&](const OperatingPoint& p) {
    return replay(*c.store, trace, p.thresholds, ReplaySignal::margin, {}, 1, only);
  };
  const Replayed policy = part(point), full = part(all), whole = c.replayed(point);
  int64_t right = 0, labelled = 0, images = 0;
  for (size_t i = 0; i < kImages; ++i) {
    const bool asked = i != 5 && std::binary_search(only.begin(), only.end(), i);
    EXPECT_EQ(policy.rows[i].members, asked ? whole.rows[i].members : 0);
    images += asked;
    labelled += asked && c.counts(i);
    right += asked && whole.hits[i].top1;
  }
  EXPECT_EQ(policy.evaluation.images(), images);
  EXPECT_EQ(policy.evaluation.labelled(), labelled);
  EXPECT_NEAR(policy.evaluation.top1(), static_cast<double>(right) / static_cast<double>(labelled), 1e-12);
  const ReplayReport r = report(*c.store, trace, ReplaySignal::margin, policy, full);
  EXPECT_EQ(r.gap.images, labelled);
  EXPECT_NEAR(r.gap.gap(), full.evaluation.top1() - policy.evaluation.top1(), 1e-12);
  int64_t in_classes = 0;
  for (const auto& cl : r.classes) in_classes += cl.images;
  EXPECT_EQ(in_classes, labelled);
  const auto best = search_subsets(*c.store, all, std::vector<double>(kMembers, 1.0), 100, 2, only);
  double most = 0;
  for (size_t m = 0; m < kMembers; ++m) {
    OperatingPoint p = plain_point(1, 1);
    p.members = {static_cast<int>(m)};
    most = std::max(most, replay(*c.store, Trace::of(*c.store, p, PrefixDetail::decision, 1), {},
                                 ReplaySignal::margin, {}, 1, only)
                              .evaluation.top1());
  }
  EXPECT_EQ(best.best_single.top1, most);
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

// With many classes most are not rivals of the label and are dropped; ties and near ties must not be.
TEST(SubsetSearch, ManyClassesCountAsReplayCounts) {
  StoreFolder folder;
  StoreCase recorded(200, 3, 150, 17);
  Random random(5, "rivals");
  for (size_t i = 0; i < 200; ++i) {
    const int32_t label = recorded.header.labels[i];
    if (label < 0 || recorded.logits[i].empty() || i == 7) continue;
    for (size_t m = 0; m < 3; ++m) {
      float* row = recorded.logits[i].data() + m * 150;
      row[label] += 5;
      // A rival that ties with the label, or is an ulp from it.
      const float other[] = {row[label], std::nextafter(row[label], 100.0f),
                             std::nextafter(row[label], 0.0f)};
      row[random.integer(0, 149)] = other[random.integer(0, 2)];
    }
  }
  recorded.write(folder / "s");
  const Store store = Store::open(folder / "s");
  for (const Combine combine : {Combine::logits, Combine::probabilities})
    for (unsigned set = 1; set < 8; ++set) {
      OperatingPoint p = plain_point(3, 1, combine);
      p.members.clear();
      for (int m = 0; m < 3; ++m)
        if (set >> m & 1) p.members.push_back(m);
      p.weights.resize(p.members.size());
      p.temperatures.resize(p.members.size());
      p.thresholds.assign(p.members.size() - 1, 1);
      const std::vector<double> cost(p.size(), 1.0);
      const auto found = search_subsets(store, p, cost, 100, 1);
      const SubsetCounts counts = count_subsets(store, p, cost, 100, 2);
      EXPECT_EQ(counts.subsets.size(), (size_t{1} << p.size()) - 1);
      double best = 0;
      for (unsigned part = 1; part < 8; ++part) {
        if ((part & set) != part) continue;
        OperatingPoint q = p;
        q.members.clear();
        for (int m = 0; m < 3; ++m)
          if (part >> m & 1) q.members.push_back(m);
        q.weights.resize(q.members.size());
        q.temperatures.resize(q.members.size());
        q.thresholds.assign(q.members.size() - 1, 1);
        const double top1 = replay(store, Trace::of(store, q, PrefixDetail::decision, 1), q.thresholds,
                                   ReplaySignal::margin, {}, 1)
                                .evaluation.top1();
        best = std::max(best, top1);
        const auto counted = std::ranges::find(counts.subsets, q.members, &SubsetCount::members);
        ASSERT_NE(counted, counts.subsets.end());
        EXPECT_EQ(static_cast<double>(counted->right) / static_cast<double>(counts.images), top1);
      }
      EXPECT_EQ(found.best.top1, best) << "members " << set;
    }
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
