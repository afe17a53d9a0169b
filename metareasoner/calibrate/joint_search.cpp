// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/joint_search.h"

#include <cmath>

#include "metareasoner/replay/for_each_block.h"

namespace fxe {

namespace {

// Prices of one wrong image, in runs of the full ensemble: at the lowest every image stops at the first
// member, at the highest few lose anything.
constexpr int kPrices = 24;
constexpr double kLowest = 0.02, kHighest = 2000;

// Up to this many sizes all triples are tried, beyond it neighbours only.
constexpr size_t kAllThrees = 12;

std::vector<std::vector<size_t>> neighbours(size_t sizes) {
  const size_t most = std::min(sizes, BlockSweep::kMostFree);
  std::vector<std::vector<size_t>> blocks;
  for (size_t k = 0; k + most <= sizes && most > 0; ++k) {
    auto& block = blocks.emplace_back();
    for (size_t f = 0; f < most; ++f) block.push_back(k + f);
  }
  return blocks;
}

std::vector<std::vector<size_t>> all_threes(size_t sizes) {
  if (sizes <= BlockSweep::kMostFree || sizes > kAllThrees) return neighbours(sizes);
  std::vector<std::vector<size_t>> blocks;
  for (size_t a = 0; a < sizes; ++a)
    for (size_t b = a + 1; b < sizes; ++b)
      for (size_t c = b + 1; c < sizes; ++c) blocks.push_back({a, b, c});
  return blocks;
}

}  // namespace

JointSearch::JointSearch(const ExitTable& table) : table_(table), sweep_(table), frontier_(table) {
  frontier_.show(table.spend(table.never()), table.never());
}

bool JointSearch::improve(Choice& choice, Spent& spent, const Goal& goal, std::span<const size_t> free) {
  std::array<uint16_t, BlockSweep::kMostFree> found{};
  Spent best = spent;
  bool improved = false;
  sweep_.run(choice, free, [&](const auto& j, const Spent& s) {
    frontier_.show(s, choice, free, j);
    if (!goal.better(s, best)) return;
    best = s;
    found = j;
    improved = true;
  });
  if (!improved) return false;
  Choice next = choice;
  for (size_t f = 0; f < free.size(); ++f) next[free[f]] = found[f];
  // Sums in another order differ in their last bits: without this, two equal choices could alternate.
  const Spent exact = table_.spend(next);
  if (!goal.better(exact, spent)) return false;
  choice = next;
  spent = exact;
  return true;
}

Choice JointSearch::descend(Choice choice, const Goal& goal, Blocks which) {
  Spent spent = table_.spend(choice);
  const auto blocks = which == Blocks::all ? all_threes(choice.size()) : neighbours(choice.size());
  for (bool again = true; again;) {
    again = false;
    for (const auto& free : blocks) again = improve(choice, spent, goal, free) || again;
    if (blocks.size() == 1) break;  // already optimal
  }
  return choice;
}

void JointSearch::scan(bool rising) {
  Choice choice = rising ? table_.always_first() : table_.never();
  if (choice.empty()) return;
  if (is_exhaustive(table_)) {
    descend(choice, {.cost_weight = 1});
    return;
  }
  const double ratio = std::pow(kHighest / kLowest, 1.0 / (kPrices - 1));
  for (int p = 0; p < kPrices; ++p)
    choice = descend(choice,
                     {.cost_weight = 1 / table_.cumulative_cost().back(),
                      .loss_weight = rising ? kLowest * std::pow(ratio, p) : kHighest / std::pow(ratio, p)});
}

std::vector<FrontierPoint> joint_frontier(const ExitTable& table, int threads) {
  JointSearch down(table);
  if (is_exhaustive(table)) {
    down.scan(false);
    return down.frontier().points();
  }
  JointSearch up(table);
  for_each_block(2, std::min(threads, 2),
                 [&](size_t, size_t rising) { rising ? up.scan(true) : down.scan(false); });
  down.frontier().merge(up.frontier());
  return down.frontier().points();
}

FrontierPoint joint_best(const ExitTable& table, const std::vector<FrontierPoint>& points, const Goal& goal) {
  const FrontierPoint& best = best_of(points, goal);
  if (is_exhaustive(table)) return best;
  JointSearch search(table);
  const Choice choice = search.descend(best.choice, goal, JointSearch::Blocks::all);
  return {choice, table.spend(choice)};
}

}  // namespace fxe
