// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metareasoner/calibrate/block_sweep.h"
#include "metareasoner/calibrate/frontier.h"

namespace fxe {

// Optimises the thresholds of all sizes together. Sets three sizes at a time to the best of every combination
// of their candidates (BlockSweep), again and again until no triple improves. With up to four members that
// tries every combination; with more it is a local search, started for many prices of a wrong image from both
// ends (the full ensemble and the first member), each from where the last price ended.
class JointSearch {
 public:
  explicit JointSearch(const ExitTable&);

  // From `start` down to where no triple of sizes improves: triples of neighbours, or all triples (only
  // neighbours with more than 13 members).
  enum class Blocks { neighbours, all };
  Choice descend(Choice start, const Goal&, Blocks = Blocks::neighbours);
  // Goes through all prices, rising or falling.
  void scan(bool rising);

  const ExitTable& table() const { return table_; }
  Frontier& frontier() { return frontier_; }  // of everything tried

 private:
  bool improve(Choice&, Spent&, const Goal&, std::span<const size_t> free);

  const ExitTable& table_;
  BlockSweep sweep_;
  Frontier frontier_;
};

// Whether the search tries every combination.
inline bool is_exhaustive(const ExitTable& table) { return table.sizes() <= BlockSweep::kMostFree + 1; }

// Every point worth choosing, from the full ensemble (or better) to the first member: loss rises and cost
// falls. On up to two threads. One size gives one point.
std::vector<FrontierPoint> joint_frontier(const ExitTable&, int threads);

// The best for a goal: the best of `points`, then improved further, three sizes at a time.
FrontierPoint joint_best(const ExitTable&, const std::vector<FrontierPoint>& points, const Goal&);

}  // namespace fxe
