// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/figures/fixed_subsets.h"

#include <algorithm>

namespace fxe {

std::vector<SubsetPoint> all_subsets(const FigureImages& from, int threads) {
  std::vector<SubsetPoint> points;
  const OperatingPoint& all = from.trace.order();
  for (size_t bits = 1; bits < size_t{1} << from.sizes(); ++bits) {
    OperatingPoint order = recorded_order(from.store->header());
    order.members.clear();
    order.weights.clear();
    order.temperatures.clear();
    SubsetPoint point;
    for (size_t k = 0; k < from.sizes(); ++k) {
      if (!(bits >> k & 1)) continue;
      order.members.push_back(all.members[k]);
      order.weights.push_back(all.weights[k]);
      order.temperatures.push_back(all.temperatures[k]);
      point.cost += from.cost[k] - (k ? from.cost[k - 1] : 0);
    }
    order.thresholds.assign(order.members.size() - 1, 1);
    const Trace trace = Trace::of(*from.store, order, PrefixDetail::decision, threads);
    point.members = order.members;
    point.images = static_cast<int64_t>(from.images.size());
    point.right = std::count_if(from.images.begin(), from.images.end(),
                                [&](size_t i) { return trace.at(i, order.size()).label_rank == 0; });
    points.push_back(std::move(point));
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const auto& a, const auto& b) { return a.cost < b.cost; });
  return points;
}

}  // namespace fxe
