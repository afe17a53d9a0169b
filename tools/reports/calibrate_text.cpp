// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/calibrate_report.h"

#include <fmt/format.h>

#include "metareasoner/store/store_ensemble.h"
#include "tools/reports/format.h"
#include "tools/reports/terminal.h"
#include "tools/reports/text_table.h"

namespace fxe {

namespace {

std::string members_text(const Store& store, const std::vector<int>& members) {
  return fmt::format("{}", fmt::join(member_names(store, members), ", "));
}

void print_top(std::FILE* to, const std::string& text) { print_paragraph(to, text, "", "  "); }
void print_indented(std::FILE* to, const std::string& text) { print_paragraph(to, text, "  ", "    "); }

double cost_of(const Replayed& r, UnitCosts::Unit unit) {
  return mean_cost(r, unit) / (unit == UnitCosts::Unit::multiply_adds ? 1e6 : 1);
}

const char* short_unit(UnitCosts::Unit unit) {
  return unit == UnitCosts::Unit::ms              ? "ms/image"
         : unit == UnitCosts::Unit::multiply_adds ? "M mult-adds"
                                                  : "members";
}

std::string gap_text(const PairedGap& g) {
  if (g.images == 0) return "no labels";
  const auto ci = gap_interval(g);
  return fmt::format("{} [{}, {}]", percent(g.gap()), percent(ci.low), percent(ci.high));
}

const char* cost_head(UnitCosts::Unit unit) {
  return unit == UnitCosts::Unit::multiply_adds ? "M mult-\nadds" : short_unit(unit);
}

constexpr const char* kGapHead = "gap, points\n[95% interval]";

void print_sides(std::FILE* to, const CalibrationOutcome& o, UnitCosts::Unit unit) {
  TextTable table({{.head = "", .text = true},
                   {.head = "images", .optional = true},
                   {.head = "top-1 %"},
                   {.head = "members"},
                   {.head = cost_head(unit)},
                   {.head = "speed-\nup"},
                   {.head = kGapHead, .text = true}});
  const auto row = [&](const std::string& what, const CalibrationSide& side, const Replayed& r,
                       const std::string& gap) {
    table.add({what, fmt::format("{}", r.evaluation.images()), percent(r.evaluation.top1()),
               fixed(r.evaluation.mean_members(), 3), fixed(cost_of(r, unit), 4),
               fixed(cost_of(side.full, unit) / cost_of(r, unit), 2) + "x", gap});
  };
  const auto rows = [&](const std::string& title, const CalibrationSide& side) {
    row(title + ", full", side, side.full, "");
    row(title + ", chosen", side, side.policy, gap_text(side.report.gap));
  };
  rows("calibration", o.calibration);
  if (o.test) rows("test", *o.test);
  fmt::print(to, "\n");
  print_table(to, table);
}

void print_baselines(std::FILE* to, const Store& store, const CalibrationSide& side, UnitCosts::Unit unit) {
  fmt::print(to, "\n  what the same cost ({}) buys without looking at the image, top-1 %:\n",
             short_unit(unit));
  const auto line = [&](const char* title, double top1, const std::string& what) {
    print_paragraph(to, what, fmt::format("  {:<15}  {:>7}  ", title, percent(top1)), std::string(28, ' '));
  };
  if (side.subsets && !side.subsets->best.members.empty()) {
    line("one member", side.subsets->best_single.top1,
         members_text(store, side.subsets->best_single.members));
    line("fixed subset", side.subsets->best.top1, members_text(store, side.subsets->best.members));
  }
  line("exits at random", side.report.random_exits_top1, "");
}

void print_m(std::FILE* to, const PublishedRule& rule, const PublishedM& m) {
  print_indented(
      to,
      fmt::format("M = {} R + {:.4g} E (R {}, E {}, order {}): one member {:.5g}, chosen {:.5g}, all {:.5g}",
                  m.alpha, 1 - m.alpha,
                  rule.time == PublishedRule::Time::relative ? "of the full ensemble's" : "absolute",
                  rule.error == PublishedRule::Error::percent ? "in percent" : "a fraction", name(rule.order),
                  m.one_member, m.chosen, m.all));
}

void print_outcome(std::FILE* to, const CalibrationSummary& s, const CalibrationOutcome& o,
                   UnitCosts::Unit unit) {
  fmt::print(to, "\n");
  print_indented(
      to, fmt::format("thresholds {}{}",
                      o.found.thresholds.empty() ? "none: one member"
                                                 : fmt::format("{:.6g}", fmt::join(o.found.thresholds, ", ")),
                      o.found.exhaustive ? "; the best of every combination of candidates" : ""));
  if (o.found.m) print_m(to, s.request.objective.rule, *o.found.m);
  if (o.found.guarantee) print_indented(to, guarantee_text(s.request.objective, *o.found.guarantee));
  print_sides(to, o, unit);
}

void print_signals(std::FILE* to, const CalibrationSummary& s, UnitCosts::Unit unit) {
  if (s.signals.empty()) return;
  fmt::print(to, "\n  every signal for the same objective{}:\n\n",
             s.images.parts.test.empty() ? ", on the images it was chosen on" : ", on the test images");
  TextTable table({{.head = "signal", .text = true},
                   {.head = "top-1 %"},
                   {.head = "members"},
                   {.head = cost_head(unit)},
                   {.head = "speed-\nup"},
                   {.head = "AUROC"},
                   {.head = kGapHead, .text = true}});
  std::vector<std::string> refused;
  for (const auto& of : s.signals) {
    if (!of.outcome) {
      refused.push_back(fmt::format("{}: {}", name(of.signal), of.refused));
      continue;
    }
    const CalibrationSide& side = of.outcome->test ? *of.outcome->test : of.outcome->calibration;
    table.add({std::string(name(of.signal)), percent(side.policy.evaluation.top1()),
               fixed(side.policy.evaluation.mean_members(), 3), fixed(cost_of(side.policy, unit), 4),
               fixed(cost_of(side.full, unit) / cost_of(side.policy, unit), 2) + "x",
               fixed(side.report.stages.front().auroc, 3), gap_text(side.report.gap)});
  }
  print_table(to, table);
  for (const auto& line : refused) print_indented(to, line);
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

void print_calibration(const CalibrationSummary& s, std::FILE* to) {
  const auto& r = s.request;
  const auto unit = unit_costs(s.store, r.order, r.costs, r.batch).unit;
  print_top(to, fmt::format("{}: calibrated on {}", s.store.path().string(), images_text(s)));
  print_top(to, fmt::format("objective {}; {} of {}; signal {}, {} {}-spaced candidates a size; cost in {}{}",
                            r.objective.text, s.point.combine == Combine::logits ? "logits" : "probabilities",
                            members_text(s.store, s.point.members), name(r.signal), r.candidates.count,
                            r.candidates.spacing == Spacing::logit ? "logit" : "quantile", name(unit),
                            r.costs.empty()          ? ""
                            : r.costs.device.empty() ? ", as given"
                                                     : ", of " + r.costs.device));
  if (s.members)
    print_top(to,
              fmt::format("members and their order: {}, with one threshold for all sizes, on {} images; then "
                          "thresholds",
                          s.members->exhaustive ? "every order tried" : "greedily", s.members->images));
  if (s.point.temperatures != std::vector<double>(s.point.size(), 1))
    print_top(to, fmt::format("temperatures {:.6g}", fmt::join(s.point.temperatures, ", ")));
  for (const auto& o : s.outcomes) print_outcome(to, s, o, unit);
  const auto& last = s.outcomes.back();
  const Store& judged = last.test ? *s.images.parts.test_store : s.store;
  print_baselines(to, judged, last.test ? *last.test : last.calibration, unit);
  print_signals(to, s, unit);
  for (const auto& w : s.warnings) {
    fmt::print(to, "\n");
    print_paragraph(to, "warning: " + w, "  ", "    ", Ink::yellow);
  }
  if (!s.written.empty()) fmt::print(to, "\n  written: {}\n", s.written);
}

}  // namespace fxe
