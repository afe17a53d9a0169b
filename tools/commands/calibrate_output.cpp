// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/calibrate_output.h"

#include <fmt/format.h>

#include <cmath>

#include "tools/commands/store_order.h"

namespace fxe {

namespace {

std::string fixed(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "-";
}
std::string points(double share) { return fixed(100 * share, 2); }

std::string members_text(const Store& store, const std::vector<int>& members) {
  const auto all = member_names(store);
  std::vector<std::string> names;
  for (const int m : members) names.push_back(all[static_cast<size_t>(m)]);
  return fmt::format("{}", fmt::join(names, " "));
}

double cost_of(const Replayed& r, UnitCosts::Unit unit) {
  switch (unit) {
    case UnitCosts::Unit::ms:
      return r.time_per_image_ms();
    case UnitCosts::Unit::multiply_adds:
      return r.mean_multiply_adds() / 1e6;
    case UnitCosts::Unit::members:
      return r.evaluation.mean_members();
  }
  return 0;
}

const char* short_unit(UnitCosts::Unit unit) {
  return unit == UnitCosts::Unit::ms              ? "ms/image"
         : unit == UnitCosts::Unit::multiply_adds ? "M mult-adds"
                                                  : "members";
}

std::string gap_text(const PairedGap& g) {
  if (g.images == 0) return "no labels";
  const auto ci = tango_interval(g.images, g.only_full_right, g.only_policy_right);
  return fmt::format("{} [{}, {}]", points(g.gap()), points(ci.low), points(ci.high));
}

constexpr const char* kHead = "  {:<22}{:>8}{:>9}{:>9}{:>12}{:>10}   {}\n";

void print_side(std::FILE* to, const char* title, const CalibrationSide& side, UnitCosts::Unit unit) {
  const auto row = [&](const std::string& what, const Replayed& r, const std::string& gap) {
    fmt::print(to, kHead, what, r.evaluation.images(), points(r.evaluation.top1()),
               fixed(r.evaluation.mean_members(), 3), fixed(cost_of(r, unit), 4),
               fixed(cost_of(side.full, unit) / cost_of(r, unit), 3) + "x", gap);
  };
  row(fmt::format("{}, full", title), side.full, "");
  row(fmt::format("{}, chosen", title), side.policy, gap_text(side.report.gap));
}

void print_baselines(std::FILE* to, const Store& store, const CalibrationSide& side, UnitCosts::Unit unit) {
  fmt::print(to, "\n  what the same cost buys without looking at the image ({} of the policy), top-1 %:\n",
             short_unit(unit));
  if (side.subsets && !side.subsets->best.members.empty()) {
    fmt::print(to, "  {:<22}{:>8}   {}\n", "one member", points(side.subsets->best_single.top1),
               members_text(store, side.subsets->best_single.members));
    fmt::print(to, "  {:<22}{:>8}   {}\n", "fixed subset", points(side.subsets->best.top1),
               members_text(store, side.subsets->best.members));
  }
  fmt::print(to, "  {:<22}{:>8}\n", "exits at random", points(side.report.random_exits_top1));
}

void print_m(std::FILE* to, const PublishedRule& rule, const PublishedM& m) {
  fmt::print(to,
             "  M = {} R + {:.4g} E (R {}, E {}, order {}): one member {:.5g}, chosen {:.5g}, all {:.5g}\n",
             m.alpha, 1 - m.alpha,
             rule.time == PublishedRule::Time::relative ? "of the full ensemble's" : "absolute",
             rule.error == PublishedRule::Error::percent ? "in percent" : "a fraction", name(rule.order),
             m.one_member, m.chosen, m.all);
}

void print_outcome(std::FILE* to, const CalibrationSummary& s, const CalibrationOutcome& o,
                   UnitCosts::Unit unit) {
  fmt::print(to, "\n  thresholds {}{}\n",
             o.found.thresholds.empty() ? "none, of one member"
                                        : fmt::format("{:.6g}", fmt::join(o.found.thresholds, ",")),
             o.found.exhaustive ? ", the best of every combination of candidates" : "");
  if (o.found.m) print_m(to, s.request.objective.rule, *o.found.m);
  if (o.found.guarantee) fmt::print(to, "  {}\n", guarantee_text(s.request.objective, *o.found.guarantee));
  fmt::print(to, "\n");
  fmt::print(to, kHead, "", "images", "top-1 %", "members", short_unit(unit), "speed-up",
             "gap, points [95% interval]");
  print_side(to, "calibration", o.calibration, unit);
  if (o.test) print_side(to, "test", *o.test, unit);
}

void print_signals(std::FILE* to, const CalibrationSummary& s, UnitCosts::Unit unit) {
  if (s.signals.empty()) return;
  fmt::print(to, "\n  every signal for the same objective{}:\n",
             s.images.parts.test.empty() ? ", on the images it was chosen on" : ", on the test images");
  fmt::print(to, "  {:<12}{:>9}{:>9}{:>12}{:>10}{:>9}   {}\n", "signal", "top-1 %", "members",
             short_unit(unit), "speed-up", "AUROC 1", "gap, points [95% interval]");
  for (const auto& of : s.signals) {
    if (!of.outcome) {
      fmt::print(to, "  {:<12}{}\n", name(of.signal), of.refused);
      continue;
    }
    const CalibrationSide& side = of.outcome->test ? *of.outcome->test : of.outcome->calibration;
    fmt::print(to, "  {:<12}{:>9}{:>9}{:>12}{:>10}{:>9}   {}\n", name(of.signal),
               points(side.policy.evaluation.top1()), fixed(side.policy.evaluation.mean_members(), 3),
               fixed(cost_of(side.policy, unit), 4),
               fixed(cost_of(side.full, unit) / cost_of(side.policy, unit), 3) + "x",
               fixed(side.report.stages.front().auroc, 3), gap_text(side.report.gap));
  }
}

std::string images_text(const CalibrationSummary& s) {
  const auto& p = s.images.parts;
  std::string text = fmt::format("{} images", p.fit.size());
  if (p.fit != p.judged)
    text = fmt::format("{} images, {} more to judge the guarantee", p.fit.size(), p.judged.size());
  if (p.test.empty()) return text + ", tested on none";
  if (p.test_store == &s.store)
    return fmt::format("{}, tested on {} others (split {}, seed {}{})", text, p.test.size(), s.images.share,
                       s.images.seed, s.images.swapped ? ", swapped" : "");
  return fmt::format("{}, tested on {} of {}", text, p.test.size(), p.test_store->path().string());
}

}  // namespace

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

void print_calibration(const CalibrationSummary& s, std::FILE* to) {
  const auto& r = s.request;
  const auto unit = unit_costs(s.store, r.order, r.costs, r.batch).unit;
  fmt::print(to, "{}: calibrated on {}\n", s.store.path().string(), images_text(s));
  fmt::print(to, "objective {}; {} over {}; signal {}, {} {}-spaced candidates a size; cost in {}{}\n",
             r.objective.text, s.point.combine == Combine::logits ? "logits" : "probabilities",
             members_text(s.store, s.point.members), name(r.signal), r.candidates.count,
             r.candidates.spacing == Spacing::logit ? "logit" : "quantile", name(unit),
             r.costs.empty()          ? ""
             : r.costs.device.empty() ? ", as given"
                                      : ", of " + r.costs.device);
  if (s.members)
    fmt::print(
        to, "members and their order: {}, with one threshold for all sizes, on {} images; then thresholds\n",
        s.members->exhaustive ? "every order tried" : "greedily", s.members->images);
  if (s.point.temperatures != std::vector<double>(s.point.size(), 1))
    fmt::print(to, "temperatures {}\n", fmt::join(s.point.temperatures, ","));
  for (const auto& o : s.outcomes) print_outcome(to, s, o, unit);
  const auto& last = s.outcomes.back();
  const Store& judged = last.test ? *s.images.parts.test_store : s.store;
  print_baselines(to, judged, last.test ? *last.test : last.calibration, unit);
  print_signals(to, s, unit);
  for (const auto& w : s.warnings) fmt::print(to, "\n  warning: {}\n", w);
  if (!s.written.empty()) fmt::print(to, "\n  written: {}\n", s.written);
}

}  // namespace fxe
