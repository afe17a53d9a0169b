// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/calibration.h"

#include <algorithm>
#include <numeric>

#include "metareasoner/replay/replay.h"

#include "engine/error.h"
#include "metareasoner/calibrate/guarantee.h"

namespace fxe {

namespace {

ExitTable make_table(const CalibrationData& d, const Objective& o, std::span<const size_t> images) {
  CandidateOptions options = d.candidates;
  options.shared = o.kind == Objective::Kind::published && o.rule.order == PublishedRule::Order::shared;
  return ExitTable(d.trace, d.signal, d.store.classes(), images, o.loss, d.full, d.costs.cumulative(),
                   candidate_thresholds(d.trace, d.signal, d.store.classes(), images, options));
}

Calibrated chosen_point(const ExitTable& table, const FrontierPoint& point) {
  Calibrated c;
  c.thresholds = table.thresholds(point.choice);
  c.spent = point.spent;
  c.images = table.images();
  c.exhaustive = is_exhaustive(table);
  return c;
}

std::string described(const CalibrationData& d, const ExitTable& table, const FrontierPoint& point) {
  const auto n = static_cast<double>(table.images());
  return fmt::format("thresholds {} with a {} of {:.3f} points at {:.4g} {}",
                     fmt::join(table.thresholds(point.choice), ","), name(table.loss_kind()),
                     100 * static_cast<double>(point.spent.loss) / n, point.spent.cost / n,
                     name(d.costs.unit));
}

double cost_limit(const Objective& o, UnitCosts::Unit unit, double full_cost) {
  if (o.time_unit == Objective::TimeUnit::share_of_full) return o.limit * full_cost;
  if (unit != UnitCosts::Unit::ms)
    throw bad_input(
        "objective '{}': the store has no measured costs; give them with --costs, or ask for a share of the "
        "full ensemble's such as time<=60%",
        o.text);
  return o.limit;
}

Calibrated constrained(const CalibrationData& d, const Objective& o, const ExitTable& table) {
  const Goal goal = goal_of(o, d.costs.unit, d.full_cost, table.images(), 0, 0);
  const FrontierPoint best = joint_best(table, joint_frontier(table, d.threads), goal);
  if (!goal.met(best.spent))
    throw bad_input("objective '{}': nothing meets it on these {} images; the nearest is {}", o.text,
                    table.images(), described(d, table, best));
  return chosen_point(table, best);
}

std::vector<Calibrated> published(const CalibrationData& d, const Objective& o, const ExitTable& table,
                                  std::span<const size_t> images) {
  const auto errors = std::count_if(images.begin(), images.end(), [&](size_t i) { return !d.full[i].right; });
  std::vector<FrontierPoint> frontier;
  if (o.rule.order == PublishedRule::Order::joint) frontier = joint_frontier(table, d.threads);
  std::vector<Calibrated> results;
  for (const double alpha : o.alphas) {
    PublishedRule rule = o.rule;
    rule.alpha = alpha;
    const PublishedObjective m(rule, table.images(), static_cast<double>(errors),
                               table.cumulative_cost().front(), d.full_cost);
    const Choice choice = frontier.empty() ? choose(rule.order, table, m.goal(), d.threads)
                                           : joint_best(table, frontier, m.goal()).choice;
    Calibrated c = chosen_point(table, {choice, table.spend(choice)});
    c.exhaustive = c.exhaustive && rule.order == PublishedRule::Order::joint;
    c.m = {alpha, m.value(table.spend(table.always_first())), m.value(c.spent),
           m.value({0, d.full_cost * static_cast<double>(table.images())}), m.image_over_range()};
    results.push_back(c);
  }
  return results;
}

double mean(std::span<const int8_t> losses) {
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

// The betting bound reads losses in order, which must not depend on the images, and stores are often sorted
// by class: a fixed shuffle.
std::vector<size_t> shuffled(std::span<const size_t> images) {
  std::vector<size_t> order(images.begin(), images.end());
  uint64_t state = 0x9E3779B97F4A7C15u;
  for (size_t i = order.size(); i > 1; --i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    std::swap(order[i - 1], order[(state >> 33) % i]);
  }
  return order;
}

Spent spend(const CalibrationData& d, std::span<const size_t> images, std::span<const double> thresholds,
            std::span<const int8_t> losses) {
  const std::vector<float> t(thresholds.begin(), thresholds.end());
  const auto cost = d.costs.cumulative();
  Spent s;
  for (size_t n = 0; n < images.size(); ++n)
    s += {losses[n],
          cost[static_cast<size_t>(decide(d.trace.image(images[n]), t, d.signal, d.store.classes()).members) -
               1]};
  return s;
}

Calibrated guaranteed(const CalibrationData& d, const Objective& o, std::span<const size_t> fit,
                      std::span<const size_t> judged) {
  GuaranteeReport g;
  g.images = static_cast<int64_t>(judged.size());
  g.needed = images_needed(o.loss, o.limit, o.delta);
  if (g.images < g.needed)
    throw bad_input(
        "objective '{}': {} images are too few; {} or more are needed to show this, and that only if none of "
        "them loses anything",
        o.text, g.images, g.needed);
  ThresholdPath path;
  if (o.fixed_path) {
    path = fixed_path(d.signal, d.trace.sizes());
  } else {
    const ExitTable table = make_table(d, o, fit);
    path = fitted_path(table, joint_frontier(table, d.threads));
  }
  const auto images = shuffled(judged);
  std::vector<std::vector<int8_t>> losses;
  const auto lost = [&](size_t p) -> std::span<const int8_t> {
    losses.push_back(losses_of(d.trace, d.signal, d.store.classes(), images, o.loss, d.full, path[p]));
    return losses.back();
  };
  g.path = path.size();
  g.passed = fixed_sequence(path.size(), lost, o.limit, o.delta, risk_test(o.loss));
  if (g.passed == 0)
    throw bad_input(
        "objective '{}': nothing meets it on these {} images; the nearest never stops, and its {} is at most "
        "{:.3f} points with that confidence",
        o.text, g.images, name(o.loss), 100 * risk_upper_bound(o.loss, losses[0], o.delta));
  // All policies that passed hold together, so the cheapest of them may be taken.
  Calibrated c;
  size_t chosen = 0;
  for (size_t p = 0; p < g.passed; ++p) {
    const Spent s = spend(d, images, path[p], losses[p]);
    if (p > 0 && s.cost >= c.spent.cost) continue;
    chosen = p;
    c.spent = s;
  }
  c.thresholds = path[chosen];
  g.risk = mean(losses[chosen]);
  g.bound = risk_upper_bound(o.loss, losses[chosen], o.delta);
  c.images = images.size();
  c.guarantee = g;
  return c;
}

}  // namespace

Goal goal_of(const Objective& o, UnitCosts::Unit unit, double full_cost, size_t images, double errors_of_full,
             double first_cost) {
  const auto n = static_cast<double>(images);
  switch (o.kind) {
    case Objective::Kind::published:
      return PublishedObjective(o.rule, images, errors_of_full, first_cost, full_cost).goal();
    case Objective::Kind::most_accuracy:
      return {.loss_weight = 1, .cost_limit = cost_limit(o, unit, full_cost) * n * (1 + 1e-9)};
    case Objective::Kind::least_time:
    case Objective::Kind::guaranteed:
      // A limit counts as met up to the rounding of its own product.
      return {.cost_weight = 1, .loss_limit = o.limit * n + 1e-9};
  }
  return {};
}

std::string guarantee_text(const Objective& o, const GuaranteeReport& g) {
  return fmt::format(
      "guaranteed: {} <= {:.4g} points with {:.4g} % confidence, for images drawn independently from where "
      "these {} come from ({} bound; {}; {} of {} policies on it passed). As observed {:.3f}, its own bound "
      "{:.3f}. On average over images: nothing is said of single classes, sizes or images",
      name(o.loss), 100 * o.limit, 100 * (1 - o.delta), g.images,
      o.loss == LossKind::gap ? "betting" : "exact binomial",
      o.fixed_path ? "a path of one threshold for all sizes, fixed beforehand"
                   : "a path fitted on other images",
      g.passed, g.path, 100 * g.risk, 100 * g.bound);
}

std::vector<Calibrated> calibrate(const CalibrationData& d, const Objective& o, std::span<const size_t> fit,
                                  std::span<const size_t> judged) {
  if (o.kind == Objective::Kind::guaranteed) return {guaranteed(d, o, fit, judged)};
  if (fit.empty())
    throw bad_input("{}: no image to calibrate on{}", d.store.path().string(),
                    o.loss == LossKind::disagreement ? "" : "; labelled images are needed");
  const ExitTable table = make_table(d, o, fit);
  if (o.kind == Objective::Kind::published) return published(d, o, table, fit);
  return {constrained(d, o, table)};
}

}  // namespace fxe
