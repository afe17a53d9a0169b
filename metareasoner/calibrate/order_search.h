// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "metareasoner/calibrate/goal.h"
#include "metareasoner/operating_point.h"
#include "metareasoner/replay/signal.h"

namespace fxe {

// Which members of a pool to run, and in which order, for a goal, when their costs differ. Cost and loss of a
// cascade are those of the best single threshold from a list, used at all sizes; another search then sets the
// thresholds of each size (joint_search.h).
struct OrderSearchOptions {
  bool subsets = true;     // false: every member runs, in the best order
  size_t thresholds = 16;  // how many are tried
  size_t keep = 4;         // the most orders returned
  size_t images = 10'000;  // the most images used: every n-th if there are more
};

struct FoundOrder {
  std::vector<size_t> members;  // positions in the pool
  Spent spent;                  // over the images used
  float threshold;              // the best of those tried
};
struct OrderSearch {
  std::vector<FoundOrder> orders;  // best first
  size_t images = 0;               // how many were used
  bool exhaustive = false;         // every order of every subset was tried: pools of up to 8
};
inline constexpr size_t kExactPool = 8;

// `goal` is for a number of images: its limits are sums. `cost`: per image, by position in the pool.
// full: per image of the store. Larger pools are searched greedily: next comes the member that leaves the
// best cascade.
OrderSearch search_orders(const Store&, const OperatingPoint& pool, ReplaySignal, LossKind,
                          std::span<const FullAnswer> full, std::span<const size_t> images,
                          std::span<const double> cost, const std::function<Goal(size_t images)>& goal,
                          const OrderSearchOptions&, int threads);

}  // namespace fxe
