// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "metareasoner/operating_point.h"
#include "metareasoner/store/store.h"

namespace fxe {

// A fixed ensemble without exits: some of an order's members, in its order.
struct FixedSubset {
  std::vector<int> members;  // of the store; empty: none was within the budget
  double cost = 0;           // sum of its members'
  double top1 = 0;           // of labelled, readable images
};

struct SubsetSearch {
  FixedSubset best_single, best;  // most right, then cheaper, then first found
  size_t searched = 0;
  bool complete = true;  // false: there were more than kMaxSubsets within the budget
};
inline constexpr size_t kMaxSubsets = 4096;

// How many of the labelled, readable images a fixed ensemble gets right.
struct SubsetCount {
  std::vector<int> members;  // of the store, in the order
  double cost = 0;
  int64_t right = 0;
};

struct SubsetCounts {
  std::vector<SubsetCount> subsets;  // each after the one without its last member
  int64_t images = 0;
  bool complete = true;
};

// For every subset of the order's members whose cost is at most `budget` (relative slack 1e-9), joined as the
// order says, in one pass over the store. cost[k]: of its k-th member. Throws bad_input for a compact store.
// only: judged on these images of the store, ascending; empty: all.
SubsetCounts count_subsets(const Store&, const OperatingPoint& order, std::span<const double> cost,
                           double budget, int threads, std::span<const size_t> only = {});

// What the same cost buys without exits: the best of these.
SubsetSearch search_subsets(const Store&, const OperatingPoint& order, std::span<const double> cost,
                            double budget, int threads, std::span<const size_t> only = {});

}  // namespace fxe
