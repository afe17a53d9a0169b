// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/figures/threshold_choice.h"

#include <algorithm>

#include "metareasoner/calibrate/guarantee.h"
#include "metareasoner/calibrate/image_split.h"
#include "metareasoner/calibrate/joint_search.h"
#include "metareasoner/calibrate/published_rule.h"
#include "metareasoner/calibrate/threshold_path.h"

namespace fxe {

namespace {

constexpr ReplaySignal kSignal = ReplaySignal::margin;

ExitTable exit_table(const FigureImages& from, size_t sizes, LossKind kind) {
  const Trace trace = from.trace.first(sizes);
  const size_t classes = from.store->classes();
  return {trace,
          kSignal,
          classes,
          from.images,
          kind,
          full_answers(trace),
          {from.cost.begin(), from.cost.begin() + static_cast<std::ptrdiff_t>(sizes)},
          candidate_thresholds(trace, kSignal, classes, from.images, {})};
}

int64_t errors(const FigureImages& from, size_t sizes) {
  return std::count_if(from.images.begin(), from.images.end(),
                       [&](size_t i) { return from.trace.at(i, sizes).label_rank != 0; });
}

}  // namespace

ThresholdChoice::ThresholdChoice(const FigureImages& from, size_t sizes, int threads)
    : table_(exit_table(from, sizes, LossKind::gap)),
      errors_of_full_(errors(from, sizes)),
      threads_(threads),
      points_(joint_frontier(table_, threads)) {}

std::optional<std::vector<double>> ThresholdChoice::published() const {
  if (errors_of_full_ == 0) return std::nullopt;
  const PublishedRule rule;
  const auto& cost = table_.cumulative_cost();
  const PublishedObjective objective(rule, table_.images(), static_cast<double>(errors_of_full_),
                                     cost.front(), cost.back());
  return table_.thresholds(choose(rule.order, table_, objective.goal(), threads_));
}

std::vector<double> ThresholdChoice::within(double gap) const {
  Goal goal;
  goal.cost_weight = 1;
  goal.loss_limit = gap * static_cast<double>(table_.images());
  return table_.thresholds(joint_best(table_, points_, goal).choice);
}

std::vector<std::vector<double>> ThresholdChoice::frontier() const {
  std::vector<std::vector<double>> all;
  for (const FrontierPoint& p : points_) all.push_back(table_.thresholds(p.choice));
  return all;
}

Guarantees guaranteed_points(const FigureImages& from, const std::vector<double>& limits, double delta,
                             uint64_t seed, int threads) {
  const ImageSplit halves = split_by_content(*from.store, from.images, 0.5, seed, "guarantee");
  FigureImages fitting = from;
  fitting.images = halves.first;
  const ExitTable table = exit_table(fitting, from.sizes(), LossKind::harm);
  const ThresholdPath path = fitted_path(table, joint_frontier(table, threads));
  const auto full = full_answers(from.trace);

  Guarantees found;
  found.images_tested = static_cast<int64_t>(halves.second.size());
  for (const double limit : limits) {
    GuaranteedPoint point{limit, images_needed(LossKind::harm, limit, delta), {}};
    std::vector<int8_t> losses;
    const size_t passed = fixed_sequence(
        path.size(),
        [&](size_t p) {
          losses = losses_of(from.trace, kSignal, from.store->classes(), halves.second, LossKind::harm, full,
                             path[p]);
          return std::span<const int8_t>(losses);
        },
        limit, delta, risk_test(LossKind::harm));
    if (passed) point.thresholds = path[passed - 1];
    found.points.push_back(std::move(point));
  }
  return found;
}

}  // namespace fxe
