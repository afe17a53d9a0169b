// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/replay_run.h"

#include <algorithm>

#include "metareasoner/replay/unit_costs.h"

namespace fxe {

namespace {

// Whether the policy's prefixes are those of the full ensemble.
bool is_prefix(const OperatingPoint& a, const OperatingPoint& full) {
  const auto starts = [](const auto& part, const auto& whole) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
  };
  return a.combine == full.combine && starts(a.members, full.members) && starts(a.weights, full.weights) &&
         starts(a.temperatures, full.temperatures);
}

}  // namespace

ReplayResult replay_beside_full(const Store& store, const ReplayRequest& request) {
  const ReplayPoint& point = request.point;
  const CostTable& costs = request.costs;
  const int batch = request.batch, threads = request.threads;
  const auto detail = needs_all_details(point.signal) ? PrefixDetail::all : PrefixDetail::decision;
  const Trace full_trace = Trace::of(store, point.full, detail, threads);
  const Trace trace = is_prefix(point.policy.point, point.full)
                          ? full_trace.first(point.policy.point.size())
                          : Trace::of(store, point.policy.point, detail, threads);
  Replayed policy = replay(store, trace, point.policy.point.thresholds, point.signal, costs, batch);
  Replayed full = replay(store, full_trace, point.full.thresholds, ReplaySignal::margin, costs, batch);
  ReplayReport found = report(store, trace, point.signal, policy, full);
  ReplayResult r{point, batch, costs, std::move(policy), std::move(full), std::move(found), "", {}, {}};
  const UnitCosts unit = unit_costs(store, point.full, costs, batch);
  r.cost_unit = name(unit.unit);
  if (!store.is_compact() && request.baselines)
    r.subsets = search_subsets(store, point.full, unit.of_member, mean_cost(r.policy, unit.unit), threads);
  if (!request.against.empty())
    r.against = compare_predictions(store, trace, point.policy.point.thresholds, point.signal, r.policy,
                                    request.against);
  return r;
}

}  // namespace fxe
