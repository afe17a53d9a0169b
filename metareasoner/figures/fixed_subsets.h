// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/figures/figure_images.h"

namespace fxe {

// A fixed ensemble of any members, run in the recorded order.
struct SubsetPoint {
  std::vector<int> members;  // of the store
  double cost = 0;
  int64_t images = 0, right = 0;

  double top1() const { return static_cast<double>(right) / static_cast<double>(images); }
};
inline constexpr size_t kMostSubsetMembers = 10;

// Every subset, joined as the ensemble says: 2^N - 1 of them, single members included, cheapest first, ties
// by earlier members. At most kMostSubsetMembers members; not for compact stores.
std::vector<SubsetPoint> all_subsets(const FigureImages&, int threads);

}  // namespace fxe
