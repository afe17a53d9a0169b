// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/replay_report.h"

#include <fmt/format.h>

#include "metareasoner/store/store_ensemble.h"
#include "tools/reports/format.h"
#include "tools/reports/terminal.h"
#include "tools/reports/text_table.h"

namespace fxe {

namespace {

constexpr size_t kShownClasses = 5;

std::string joined_names(const Store& store, const std::vector<int>& members) {
  return fmt::format("{}", fmt::join(member_names(store, members), ", "));
}

void print_policies(const ReplayResult& r, std::FILE* to) {
  TextTable table({{.head = "", .least = 8, .text = true},
                   {.head = "top-1 %"},
                   {.head = "top-5 %"},
                   {.head = "members"},
                   {.head = "ms/image"},
                   {.head = r.batch == 1 ? "p99 ms/image" : "p99 ms/batch"},
                   {.head = "M mult-adds"}});
  const auto row = [&](const char* title, const Replayed& p) {
    const bool timed = p.latency.count() > 0;
    table.add({title, percent(p.evaluation.top1()), percent(p.evaluation.top5()),
               fixed(p.evaluation.mean_members(), 3), timed ? fixed(p.time_per_image_ms(), 3) : "-",
               timed ? fixed(p.latency.percentile_ms(99), 3) : "-", fixed(p.mean_multiply_adds() / 1e6, 1)});
  };
  row("full", r.full);
  row("policy", r.policy);
  fmt::print(to, "\n");
  print_table(to, table);
}

void print_baselines(const Store& store, const ReplayResult& r, std::FILE* to) {
  fmt::print(to, "\n  what the same cost ({}) buys without looking at the image, top-1 %:\n", r.cost_unit);
  const auto line = [&](const char* title, double top1, const std::string& what) {
    print_paragraph(to, what, fmt::format("  {:<12}  {:>7}  ", title, percent(top1)), std::string(25, ' '));
  };
  if (r.subsets && !r.subsets->best.members.empty()) {
    line("one member", r.subsets->best_single.top1, joined_names(store, r.subsets->best_single.members));
    line("fixed subset", r.subsets->best.top1,
         fmt::format("{}; the best of {} subsets{}", joined_names(store, r.subsets->best.members),
                     r.subsets->searched, r.subsets->complete ? "" : ", of more"));
  }
  line("random exits", r.report.random_exits_top1, "as many images at each size, drawn at random");
}

void print_stages(const Store& store, const ReplayResult& r, std::FILE* to) {
  TextTable table({{.head = "stopped\nafter"},
                   {.head = "images"},
                   {.head = "share"},
                   {.head = "top-1 %"},
                   {.head = "gap,\npoints"},
                   {.head = "all,\ntop-1 %"},
                   {.head = "AUROC"},
                   {.head = "flip-\nbacks"},
                   {.head = "", .text = true, .optional = true}});
  for (size_t k = 0; k < r.report.stages.size(); ++k) {
    const StageReport& s = r.report.stages[k];
    table.add(
        {fmt::format("{}", k + 1), fmt::format("{}", s.images),
         percent(static_cast<double>(s.images) / static_cast<double>(r.policy.evaluation.images())) + "%",
         percent(s.top1), percent(s.gap.gap()), percent(s.size_top1), fixed(s.auroc, 3),
         fmt::format("{}", s.flip_backs), joined_names(store, {r.point.policy.point.members[k]})});
  }
  fmt::print(to, "\n");
  print_table(to, table);
  const Terminal terminal = terminal_of(to);
  if (!terminal.is_terminal || table.width() <= terminal.columns) return;
  std::vector<std::string> legend;
  for (size_t k = 0; k < r.report.stages.size(); ++k)
    legend.push_back(fmt::format("{} {}", k + 1, joined_names(store, {r.point.policy.point.members[k]})));
  print_paragraph(to, fmt::format("members: {}", fmt::join(legend, ", ")), "  ", "    ");
}

void print_gap(const ReplayResult& r, std::FILE* to) {
  const PairedGap& g = r.report.gap;
  const std::string speed =
      r.policy.latency.count()
          ? fmt::format("speed-up {:.2f}x; ", r.full.time_per_image_ms() / r.policy.time_per_image_ms())
          : "";
  if (g.images == 0) {
    fmt::print(to, "\n  {}no labels, so no gap\n", speed);
    return;
  }
  fmt::print(to, "\n  {}{}\n  images that only the full ensemble has right: {}; only the policy: {}\n", speed,
             gap_sentence(g), g.only_full_right, g.only_policy_right);
  std::string worst;
  for (size_t i = 0; i < std::min(kShownClasses, r.report.classes.size()); ++i) {
    const ClassReport& c = r.report.classes[i];
    if (c.full_right > c.policy_right)
      worst += fmt::format("{}{} ({} of {})", worst.empty() ? "" : ", ", c.label,
                           c.full_right - c.policy_right, c.images);
  }
  if (!worst.empty()) print_paragraph(to, "classes that lose most: " + worst, "  ", "    ");
}

}  // namespace

void print_replay(const Store& store, const ReplayResult& r, std::FILE* to) {
  const auto& h = store.header();
  print_paragraph(
      to,
      fmt::format("{}: {} images, {} members, {}; recorded on {}, {}, batch {}", store.path().string(),
                  store.images(), store.members(), name(h.form), h.device, h.precision, h.batch),
      "", "  ");
  print_paragraph(to,
                  fmt::format("policy {} over {} members, {}, signal {}, batch {}, costs {}",
                              r.point.policy.text, r.point.policy.point.size(),
                              r.point.policy.point.combine == Combine::logits ? "logits" : "probabilities",
                              name(r.point.signal), r.batch,
                              r.costs.empty()          ? "unknown"
                              : r.costs.device.empty() ? "as given"
                                                       : "of " + r.costs.device),
                  "", "  ", Ink::bold);
  print_policies(r, to);
  print_baselines(store, r, to);
  print_stages(store, r, to);
  print_gap(r, to);
  if (!r.against) return;
  fmt::print(to, "\n");
  print_paragraph(
      to,
      fmt::format(
          "against the given predictions: {} compared, {} equal in every byte, {} the same decision; "
          "noise of margins {:.3g}; of {} that differ, {} within it of a threshold or a tie, {} beyond",
          r.against->compared, r.against->identical, r.against->same, r.against->noise,
          r.against->compared - r.against->same, r.against->within_noise, r.against->beyond.size()),
      "  ", "    ");
}

}  // namespace fxe
