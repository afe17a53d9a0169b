// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "metareasoner/calibrate/goal.h"
#include "metareasoner/operating_point.h"
#include "metareasoner/replay/signal.h"

namespace fxe {

// Which members of a pool to run, and in which order, for a goal under costs that differ: cost and loss of
// the cascade are those of one threshold for all its sizes, of a list of thresholds. Thresholds of each size
// are then another search's (joint_search.h).
struct OrderSearchOptions {
  bool subsets = true;     // false: every member runs, in the best order
  size_t thresholds = 16;  // tried
  size_t keep = 4;         // orders returned at the most
  size_t images = 10'000;  // used at the most: every n-th
};

struct FoundOrder {
  std::vector<size_t> members;  // positions in the pool
  Spent spent;                  // over the images that were used
  float threshold;              // the best of those tried
};
struct OrderSearch {
  std::vector<FoundOrder> orders;  // best first
  size_t images = 0;               // used
  bool exhaustive = false;         // every order of every subset was tried: pools of up to 8
};
inline constexpr size_t kExactPool = 8;

// `goal` for a number of images: its limits are sums. `cost`: of one image, by position in the pool. full: by
// image of the store. Larger pools: greedily, the member next that leaves the best cascade.
OrderSearch search_orders(const Store&, const OperatingPoint& pool, ReplaySignal, LossKind,
                          std::span<const FullAnswer> full, std::span<const size_t> images,
                          std::span<const double> cost, const std::function<Goal(size_t images)>& goal,
                          const OrderSearchOptions&, int threads);

}  // namespace fxe
