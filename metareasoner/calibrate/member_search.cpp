// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/member_search.h"

#include <algorithm>
#include <numeric>

#include "engine/error.h"
#include "metareasoner/calibrate/order_search.h"

namespace fxe {

namespace {

OperatingPoint reordered(const OperatingPoint& pool, const std::vector<size_t>& positions) {
  OperatingPoint p;
  p.combine = pool.combine;
  p.signal = pool.signal;
  for (const size_t k : positions) {
    p.members.push_back(pool.members[k]);
    p.weights.push_back(pool.weights[k]);
    p.temperatures.push_back(pool.temperatures[k]);
  }
  p.thresholds.assign(p.size() - 1, 1);
  return p;
}

}  // namespace

FoundMembers find_members(const Store& store, const CalibrationRequest& r, const std::vector<size_t>& fit,
                          bool subsets) {
  if (r.objective.alphas.size() > 1)
    throw bad_input("--search: objective '{}' asks for several alphas; name one", r.objective.text);
  Objective fitting = r.objective;
  if (fitting.kind == Objective::Kind::guaranteed) {
    // The bound that these members must keep is above what is observed.
    fitting.kind = Objective::Kind::least_time;
    fitting.limit /= 2;
  }
  const Trace full_trace = Trace::of(store, r.order, PrefixDetail::decision, r.threads);
  const auto full = full_answers(full_trace);
  const auto images = usable_images(store, r.objective.loss, fit);
  const UnitCosts pool_costs = unit_costs(store, r.order, r.costs, r.batch);
  const double full_cost = std::accumulate(pool_costs.of_member.begin(), pool_costs.of_member.end(), 0.0);
  const auto wrong = std::count_if(images.begin(), images.end(), [&](size_t i) { return !full[i].right; });
  const auto goal = [&](size_t count) {
    return goal_of(
        r.objective, pool_costs.unit, full_cost, count,
        static_cast<double>(wrong) * static_cast<double>(count) / static_cast<double>(images.size()),
        pool_costs.of_member.front());
  };
  const OrderSearch search = search_orders(store, r.order, r.signal, r.objective.loss, full, images,
                                           pool_costs.of_member, goal, {.subsets = subsets}, r.threads);
  std::vector<std::vector<size_t>> tried = {std::vector<size_t>(r.order.size())};
  std::iota(tried[0].begin(), tried[0].end(), 0);
  for (const FoundOrder& o : search.orders) tried.push_back(o.members);

  FoundMembers best;
  Spent spent;
  std::optional<Error> refused;
  for (const auto& positions : tried) {
    const OperatingPoint point = reordered(r.order, positions);
    const Trace trace = Trace::of(store, point, PrefixDetail::decision, r.threads);
    const CalibrationData data{
        store,     trace,        r.signal, full, unit_costs(store, point, r.costs, r.batch),
        full_cost, r.candidates, r.threads};
    try {
      const Spent s = calibrate(data, fitting, images, images).front().spent;
      if (best.point.members.empty() || goal(images.size()).better(s, spent)) best.point = point, spent = s;
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::bad_input) throw;
      refused = e;
    }
  }
  if (best.point.members.empty()) throw *refused;
  best.exhaustive = search.exhaustive;
  best.images = search.images;
  return best;
}

}  // namespace fxe
