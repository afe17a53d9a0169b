// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/figures/policy_point.h"

#include "metareasoner/replay/replay.h"

namespace fxe {

PolicyPoint policy_point(const FigureImages& from, std::span<const double> thresholds) {
  const size_t sizes = thresholds.size() + 1;
  const std::vector<float> t(thresholds.begin(), thresholds.end());
  std::vector<int64_t> stopped(sizes, 0), right_at(sizes, 0);
  PolicyPoint point;
  point.thresholds.assign(thresholds.begin(), thresholds.end());
  int64_t right = 0;
  for (const size_t i : from.images) {
    const auto prefixes = from.trace.image(i).first(sizes);
    const RowResult row = decide(prefixes, t, ReplaySignal::margin, from.store->classes());
    const auto k = static_cast<size_t>(row.members);
    const bool hit = prefixes[k - 1].label_rank == 0;
    ++stopped[k - 1];
    right += hit;
    for (size_t j = 0; j < sizes; ++j) right_at[j] += prefixes[j].label_rank == 0;
    point.gap.add({.top1 = prefixes.back().label_rank == 0}, {.top1 = hit});
  }
  const auto count = static_cast<double>(from.images.size());
  point.top1 = static_cast<double>(right) / count;
  for (size_t k = 0; k < sizes; ++k) {
    const double share = static_cast<double>(stopped[k]) / count;
    point.mean_members += share * static_cast<double>(k + 1);
    point.cost += share * from.cost[k];
    point.random_exits_top1 += share * static_cast<double>(right_at[k]) / count;
  }
  return point;
}

}  // namespace fxe
