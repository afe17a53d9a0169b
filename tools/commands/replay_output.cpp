// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/replay_output.h"

#include <fmt/format.h>

#include <cmath>

namespace fxe {

namespace {

constexpr size_t kShownClasses = 5;

std::string fixed(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "-";
}
std::string percent(double share) { return fixed(100 * share, 2); }

std::string names_of(const Store& store, const std::vector<int>& members) {
  std::string names;
  for (const int m : members) names += " " + store.header().members[static_cast<size_t>(m)].name;
  return names;
}

void print_row(std::FILE* to, const char* title, const Replayed& r) {
  const bool timed = r.latency.count() > 0;
  fmt::print(to, "  {:<12}{:>8}{:>8}{:>10}{:>10}{:>10}{:>13}\n", title, percent(r.evaluation.top1()),
             percent(r.evaluation.top5()), fixed(r.evaluation.mean_members(), 3),
             timed ? fixed(r.time_per_image_ms(), 3) : "-",
             timed ? fixed(r.latency.percentile_ms(99), 3) : "-", fixed(r.mean_multiply_adds() / 1e6, 1));
}

void print_baselines(const Store& store, const ReplayResult& r, std::FILE* to) {
  fmt::print(to, "\n  what the same cost ({}) buys without looking at the image:\n", r.cost_unit);
  const auto line = [&](const char* title, double top1, const std::string& what) {
    fmt::print(to, "  {:<12}{:>8}   {}\n", title, percent(top1), what);
  };
  if (r.subsets && !r.subsets->best.members.empty()) {
    line("one member", r.subsets->best_single.top1,
         names_of(store, r.subsets->best_single.members).substr(1));
    line("fixed", r.subsets->best.top1,
         fmt::format("{}, the best of {} subsets{}", names_of(store, r.subsets->best.members).substr(1),
                     r.subsets->searched, r.subsets->complete ? "" : "; there are more"));
  }
  line("random exits", r.report.random_exits_top1, "as many images at each size, drawn at random");
}

void print_stages(const Store& store, const ReplayResult& r, std::FILE* to) {
  fmt::print(to, "\n  {:>13}{:>8}{:>9}{:>9}{:>12}{:>12}{:>8}{:>12}\n", "stopped after", "images", "share",
             "top-1 %", "gap, points", "all, top-1", "AUROC", "flip-backs");
  for (size_t k = 0; k < r.report.stages.size(); ++k) {
    const StageReport& s = r.report.stages[k];
    fmt::print(to, "  {:>13}{:>8}{:>8}%{:>9}{:>12}{:>12}{:>8}{:>12}  {}\n", k + 1, s.images,
               percent(static_cast<double>(s.images) / static_cast<double>(r.policy.evaluation.images())),
               percent(s.top1), percent(s.gap.gap()), percent(s.size_top1), fixed(s.auroc, 3), s.flip_backs,
               names_of(store, {r.point.policy.point.members[k]}).substr(1));
  }
}

void print_gap(const ReplayResult& r, std::FILE* to) {
  const PairedGap& g = r.report.gap;
  if (g.images == 0) {
    fmt::print(to, "\n  no labels, so no gap\n");
    return;
  }
  const auto ci = tango_interval(g.images, g.only_full_right, g.only_policy_right);
  const std::string speed =
      r.policy.latency.count()
          ? fmt::format("speed-up {:.2f}x; ", r.full.time_per_image_ms() / r.policy.time_per_image_ms())
          : "";
  fmt::print(
      to,
      "\n  {}loses {:.2f} points of top-1 (95% interval {:.2f} to {:.2f}): {} images that only the full "
      "ensemble has right, {} that only the policy has\n",
      speed, 100 * g.gap(), 100 * ci.low, 100 * ci.high, g.only_full_right, g.only_policy_right);
  std::string worst;
  for (size_t i = 0; i < std::min(kShownClasses, r.report.classes.size()); ++i) {
    const ClassReport& c = r.report.classes[i];
    if (c.full_right > c.policy_right)
      worst += fmt::format("{}{} ({} of {})", worst.empty() ? "" : ", ", c.label,
                           c.full_right - c.policy_right, c.images);
  }
  if (!worst.empty()) fmt::print(to, "  classes that lose most: {}\n", worst);
}

}  // namespace

void print_replay(const Store& store, const ReplayResult& r, std::FILE* to) {
  const auto& h = store.header();
  fmt::print(to, "{}: {} images, {} members, {}; recorded on {}, {}, batch {}\n", store.path().string(),
             store.images(), store.members(), name(h.form), h.device, h.precision, h.batch);
  fmt::print(to, "policy {} over{}, {}, signal {}, batch {}, costs {}\n", r.point.policy.text,
             names_of(store, r.point.policy.point.members),
             r.point.policy.point.combine == Combine::logits ? "logits" : "probabilities",
             name(r.point.signal), r.batch,
             r.costs.empty()          ? "unknown"
             : r.costs.device.empty() ? "as given"
                                      : "of " + r.costs.device);
  fmt::print(to, "\n  {:<12}{:>8}{:>8}{:>10}{:>10}{:>10}{:>13}\n", "", "top-1 %", "top-5 %", "members",
             "ms/image", "p99 ms", "M mult-adds");
  print_row(to, "full", r.full);
  print_row(to, "policy", r.policy);
  print_baselines(store, r, to);
  print_stages(store, r, to);
  print_gap(r, to);
  if (r.against)
    fmt::print(
        to,
        "\n  against the given predictions: {} compared, {} equal in every byte, {} the same decision; "
        "noise of margins {:.3g}; of {} that differ, {} within it of a threshold or a tie, {} beyond\n",
        r.against->compared, r.against->identical, r.against->same, r.against->noise,
        r.against->compared - r.against->same, r.against->within_noise, r.against->beyond.size());
}

}  // namespace fxe
