// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/frontier.h"

#include <algorithm>

#include "engine/error.h"

namespace fxe {

Frontier::Frontier(const ExitTable& table) : width_(table.sizes() - 1), least_(0) {
  int64_t most = 0;
  for (size_t i = 0; i < table.images(); ++i) {
    const auto [low, high] = std::minmax_element(table.losses(i), table.losses(i) + table.sizes());
    least_ += *low;
    most += *high;
  }
  const auto losses = static_cast<size_t>(most - least_ + 1);
  cost_.assign(losses, std::numeric_limits<double>::infinity());
  choices_.assign(losses * width_, 0);
}

void Frontier::keep(const Spent& s, const Choice& kept, std::span<const size_t> free,
                    std::span<const uint16_t> indices) {
  const auto at = static_cast<size_t>(s.loss - least_);
  cost_[at] = s.cost;
  uint16_t* choice = choices_.data() + at * width_;
  std::copy(kept.begin(), kept.end(), choice);
  for (size_t f = 0; f < free.size(); ++f) choice[free[f]] = indices[f];
}

void Frontier::merge(const Frontier& other) {
  for (size_t at = 0; at < cost_.size(); ++at)
    if (other.cost_[at] < cost_[at]) {
      cost_[at] = other.cost_[at];
      std::copy_n(other.choices_.data() + at * width_, width_, choices_.data() + at * width_);
    }
}

std::vector<FrontierPoint> Frontier::points() const {
  std::vector<FrontierPoint> points;
  double cheapest = std::numeric_limits<double>::infinity();
  for (size_t at = 0; at < cost_.size(); ++at) {
    // Sums in another order differ in their last bits, which is no saving.
    if (!(cost_[at] < cheapest * (1 - 1e-12))) continue;
    cheapest = cost_[at];
    const uint16_t* choice = choices_.data() + at * width_;
    points.push_back({Choice(choice, choice + width_), {least_ + static_cast<int64_t>(at), cheapest}});
  }
  return points;
}

const FrontierPoint& best_of(const std::vector<FrontierPoint>& points, const Goal& goal) {
  if (points.empty()) throw run_time_error("no operating point has a finite cost");
  return *std::min_element(points.begin(), points.end(),
                           [&](const auto& a, const auto& b) { return goal.better(a.spent, b.spent); });
}

}  // namespace fxe
