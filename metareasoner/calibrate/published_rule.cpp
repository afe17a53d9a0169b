// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/published_rule.h"

#include <array>
#include <optional>

#include "engine/error.h"
#include "metareasoner/calibrate/joint_search.h"

namespace fxe {

namespace {

// The best candidate of one size with the others fixed.
uint16_t best_at(BlockSweep& sweep, const Choice& choice, size_t size, const Goal& goal) {
  std::optional<uint16_t> best;
  Spent spent;
  const std::array<size_t, 1> free = {size};
  sweep.run(choice, free, [&](const auto& j, const Spent& s) {
    if (!best || goal.better(s, spent)) best = j[0], spent = s;
  });
  return *best;
}

Choice choose_shared(const ExitTable& table, const Goal& goal) {
  Choice best = table.never();
  Spent spent = table.spend(best);
  for (uint16_t j = 0; !best.empty() && j < table.candidates()[0].size(); ++j) {
    const Choice choice(best.size(), j);
    const Spent s = table.spend(choice);
    if (goal.better(s, spent)) best = choice, spent = s;
  }
  return best;
}

}  // namespace

std::string_view name(PublishedRule::Time t) { return t == PublishedRule::Time::relative ? "rel" : "abs"; }
std::string_view name(PublishedRule::Error e) { return e == PublishedRule::Error::percent ? "pct" : "frac"; }
std::string_view name(PublishedRule::Order o) {
  constexpr std::array<std::string_view, 4> kNames = {"forward", "shared", "alone", "joint"};
  return kNames[static_cast<size_t>(o)];
}

PublishedObjective::PublishedObjective(const PublishedRule& rule, size_t images, double errors_of_full,
                                       double first_cost, double full_cost) {
  if (!(errors_of_full > 0))
    throw bad_input(
        "objective: the full ensemble makes no error on these {} images, so that E, relative to its errors, "
        "is not defined; use an objective such as 'gap<=0.1pt'",
        images);
  const double time_unit = rule.time == PublishedRule::Time::relative ? 1 / full_cost : 1;
  const double error_unit = rule.error == PublishedRule::Error::percent ? 100 : 1;
  goal_.cost_weight = rule.alpha * time_unit / static_cast<double>(images);
  goal_.loss_weight = (1 - rule.alpha) * error_unit / errors_of_full;
  image_over_range_ = goal_.loss_weight / (rule.alpha * time_unit * (full_cost - first_cost));
}

Choice choose(PublishedRule::Order order, const ExitTable& table, const Goal& goal, int threads) {
  BlockSweep sweep(table);
  Choice choice = table.never();
  switch (order) {
    case PublishedRule::Order::joint:
      return joint_best(table, joint_frontier(table, threads), goal).choice;
    case PublishedRule::Order::shared:
      return choose_shared(table, goal);
    case PublishedRule::Order::forward:
      for (size_t k = 0; k < choice.size(); ++k) choice[k] = best_at(sweep, choice, k, goal);
      return choice;
    case PublishedRule::Order::alone:
      for (size_t k = 0; k < choice.size(); ++k) choice[k] = best_at(sweep, table.never(), k, goal);
      return choice;
  }
  return choice;
}

}  // namespace fxe
