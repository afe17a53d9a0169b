// SPDX-License-Identifier: Apache-2.0
// Searches for orders, and temperatures, against trying everything.
#include "metareasoner/calibrate/order_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "engine/error.h"
#include "metareasoner/calibrate/member_sets.h"
#include "metareasoner/calibrate/temperature_fit.h"
#include "metareasoner/replay/replay.h"
#include "tests/engine/input/expect_error.h"
#include "tests/metareasoner/calibrate/calibration_case.h"

namespace fxe::test {
namespace {

OperatingPoint ordered(const std::vector<size_t>& members, double threshold, const OperatingPoint& pool) {
  OperatingPoint p = plain_point(members.size(), threshold, pool.combine);
  for (size_t k = 0; k < members.size(); ++k) {
    p.members[k] = pool.members[members[k]];
    p.weights[k] = pool.weights[members[k]];
    p.temperatures[k] = pool.temperatures[members[k]];
  }
  return p;
}

// What an order spends with one threshold, as replay decides.
Spent decided(const CalibrationCase& c, const OperatingPoint& p, const std::vector<double>& cost,
              const std::vector<size_t>& images, const std::vector<FullAnswer>& full, ReplaySignal signal) {
  const Trace trace = Trace::of(*c.store, p, PrefixDetail::decision, 1);
  const std::vector<float> t(p.thresholds.begin(), p.thresholds.end());
  Spent s;
  for (const size_t i : images) {
    const auto k = static_cast<size_t>(decide(trace.image(i), t, signal, 5).members);
    double spent = 0;
    for (size_t m = 0; m < k; ++m) spent += cost[static_cast<size_t>(p.members[m])];
    s += {loss(LossKind::gap, full[i], trace.at(i, k)), spent};
  }
  return s;
}

void all_orders(size_t pool, std::vector<size_t>& order, const std::function<void()>& visit) {
  for (size_t m = 0; m < pool; ++m) {
    if (std::find(order.begin(), order.end(), m) != order.end()) continue;
    order.push_back(m);
    visit();
    all_orders(pool, order, visit);
    order.pop_back();
  }
}

TEST(OrderSearch, IsTheBestOfEveryOrderOfEverySubset) {
  const CalibrationCase c(260, 4, 30);
  OperatingPoint pool = plain_point(4, 1);
  pool.members = {2, 0, 3, 1};
  pool.weights = {1, 2, 1, 0.5};
  const std::vector<double> cost = {1, 2, 0.5, 4};  // by member of the store
  std::vector<double> by_position;
  for (const int m : pool.members) by_position.push_back(cost[static_cast<size_t>(m)]);
  const auto full = full_answers(Trace::of(*c.store, pool, PrefixDetail::decision, 1));
  auto images = usable_images(*c.store, LossKind::gap);
  std::erase(images, 7u);  // has a member that is not finite: see the header
  const auto n = static_cast<double>(images.size());
  for (const auto signal : {ReplaySignal::margin, ReplaySignal::raw_margin, ReplaySignal::top1})
    for (const Goal& goal :
         {Goal{.cost_weight = 1, .loss_limit = 0.01 * n}, Goal{.loss_weight = 1, .cost_limit = 2.5 * n}})
      for (const bool subsets : {true, false}) {
        const auto search = search_orders(
            *c.store, pool, signal, LossKind::gap, full, images, by_position, [&](size_t) { return goal; },
            {.subsets = subsets, .thresholds = 5, .keep = 3}, 2);
        ASSERT_TRUE(search.exhaustive);
        ASSERT_FALSE(search.orders.empty());
        // Its own best is what replay decides there ...
        const FoundOrder& found = search.orders.front();
        const Spent again = decided(c, ordered(found.members, static_cast<double>(found.threshold), pool),
                                    cost, images, full, signal);
        EXPECT_EQ(again.loss, found.spent.loss);
        EXPECT_NEAR(again.cost, found.spent.cost, 1e-8);
        // ... and no order with a threshold that it names is better.
        std::vector<double> thresholds = {static_cast<double>(never_stops(signal))};
        for (const auto& o : search.orders) thresholds.push_back(static_cast<double>(o.threshold));
        std::vector<size_t> order;
        size_t tried = 0;
        all_orders(4, order, [&] {
          if (!subsets && order.size() < 4) return;
          for (const double t : thresholds) {
            const Spent s = decided(c, ordered(order, t, pool), cost, images, full, signal);
            EXPECT_FALSE(goal.better(s, found.spent) && goal.value(s) < goal.value(found.spent) - 1e-9)
                << name(signal);
          }
          ++tried;
        });
        EXPECT_EQ(tried, subsets ? 64u : 24u);
        for (size_t o = 1; o < search.orders.size(); ++o)
          EXPECT_FALSE(goal.better(search.orders[o].spent, search.orders[o - 1].spent));
      }
}

TEST(OrderSearch, PutsTheCheapGoodMemberFirstInALargePoolToo) {
  // Member 9 is as good as the others together, and free of charge.
  CalibrationCase c(300, 10, 31, 1);
  Random random(1, "strong");
  StoreFolder folder;
  for (size_t i = 0; i < c.recorded.images(); ++i)
    if (c.recorded.header.labels[i] >= 0 && !c.recorded.logits[i].empty() && i != 7)
      c.recorded.logits[i][9 * 5 + static_cast<size_t>(c.recorded.header.labels[i])] += 6;
  c.recorded.write(folder / "s");
  const Store store = Store::open(folder / "s");
  const OperatingPoint pool = plain_point(10, 1);
  const auto full = full_answers(Trace::of(store, pool, PrefixDetail::decision, 1));
  const auto images = usable_images(store, LossKind::gap);
  std::vector<double> cost(10, 1);
  cost[9] = 0.1;
  const auto search = search_orders(
      store, pool, ReplaySignal::margin, LossKind::gap, full, images, cost,
      [&](size_t n) { return Goal{.cost_weight = 1, .loss_limit = 0.02 * static_cast<double>(n)}; }, {}, 2);
  EXPECT_FALSE(search.exhaustive);
  EXPECT_EQ(search.orders.front().members.front(), 9u);
  EXPECT_LE(static_cast<double>(search.orders.front().spent.loss), 0.02 * static_cast<double>(images.size()));
  const auto whole = search_orders(
      store, pool, ReplaySignal::margin, LossKind::gap, full, images, cost,
      [&](size_t) { return Goal{.cost_weight = 1}; }, {.subsets = false}, 1);
  for (const auto& o : whole.orders) EXPECT_EQ(o.members.size(), 10u);
}

TEST(OrderSearch, RefusesWhatItCannotCompute) {
  const CalibrationCase c(100, 3, 2);
  const auto images = usable_images(*c.store, LossKind::gap);
  EXPECT_NE(error_of([&] {
              answers_of_sets(*c.store, plain_point(3, 1), ReplaySignal::entropy, LossKind::gap, c.full,
                              images, {{0, 0}}, 1);
            }).find("not by 'entropy'"),
            std::string::npos);
}

// Of the mean -log softmax(z / T)[label], in double, on a grid of T.
TEST(TemperatureFit, IsTheMinimumOfTheLikelihoodLoss) {
  CalibrationCase c(400, 3, 40);
  for (auto& row : c.recorded.logits)
    for (size_t j = 0; j < row.size(); ++j) row[j] *= j < 5 ? 4.0f : j < 10 ? 0.3f : 1.0f;
  StoreFolder folder;
  c.recorded.write(folder / "s");
  const Store store = Store::open(folder / "s");
  const auto images = usable_images(store, LossKind::gap);
  const auto loss_at = [&](size_t m, double t) {
    double sum = 0;
    for (const size_t i : images) {
      const auto z = c.recorded.row(i, m);
      bool finite = true;
      double total = 0;
      for (const float v : z) {
        finite = finite && std::isfinite(v);
        total += std::exp(static_cast<double>(v) / t);
      }
      if (finite)
        sum += std::log(total) - static_cast<double>(z[static_cast<size_t>(store.header().labels[i])]) / t;
    }
    return sum;
  };
  const auto found = fit_temperatures(store, {2, 0, 1}, images, 2);
  const std::vector<size_t> members = {2, 0, 1};
  for (size_t k = 0; k < 3; ++k) {
    const double at = loss_at(members[k], found[k]);
    for (const double factor : {0.8, 0.97, 0.999, 1.001, 1.03, 1.25})
      EXPECT_LE(at, loss_at(members[k], found[k] * factor) + 1e-6)
          << "member " << members[k] << " T " << found[k];
  }
  EXPECT_GT(found[1], 2 * found[0]) << "the member whose logits were stretched";
  EXPECT_LT(found[2], found[0]);
}

}  // namespace
}  // namespace fxe::test
