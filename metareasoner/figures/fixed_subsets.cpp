// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/figures/fixed_subsets.h"

#include <algorithm>
#include <limits>

#include "metareasoner/replay/subset_search.h"

namespace fxe {

std::vector<SubsetPoint> all_subsets(const FigureImages& from, int threads) {
  std::vector<double> cost;  // per member
  for (size_t k = 0; k < from.sizes(); ++k) cost.push_back(from.cost[k] - (k ? from.cost[k - 1] : 0));
  const SubsetCounts counts = count_subsets(*from.store, from.trace.order(), cost,
                                            std::numeric_limits<double>::infinity(), threads, from.images);
  std::vector<SubsetPoint> points;
  for (const SubsetCount& s : counts.subsets) points.push_back({s.members, s.cost, counts.images, s.right});
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) {
    if (a.cost != b.cost) return a.cost < b.cost;
    return std::lexicographical_compare(a.members.rbegin(), a.members.rend(), b.members.rbegin(),
                                        b.members.rend());
  });
  return points;
}

}  // namespace fxe
