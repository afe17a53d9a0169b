// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/commands/profile_report.h"

namespace fxe {

namespace {

constexpr size_t kNameWidth = 34;

// Names of generated layers can be of any length: the end says which one it is.
std::string fitted(const std::string& text) {
  return text.size() <= kNameWidth ? text : "..." + text.substr(text.size() - (kNameWidth - 3));
}

class Printer {
 public:
  Printer(const ProfileResult& r, double saved_ms, std::FILE* to)
      : result_(r), saved_ms_(saved_ms), to_(to) {}

  void head(const char* title) const {
    fmt::print(to_, "\n  {:<{}}{:>8}{:>8}{:>10}{:>10}{:>10}{:>8}{:>9}{:>7}{:>10}{:>7}\n", title, kNameWidth,
               "run", "saved", "run ms", "saved ms", "full ms", "share", "GB/s", "%", "GFLOP/s", "%");
  }
  void line(const std::string& name, const Savings& s) const {
    fmt::print(to_, "  {:<{}}{:>8}{:>8}{:>10.2f}{:>10.2f}{:>10.2f}{:>8}{:>9.1f}{:>7}{:>10.1f}{:>7}\n",
               fitted(name), kNameWidth, s.calls_run, s.calls_saved(), s.run_ms, s.saved_ms(), s.full_ms,
               percent(s.saved_ms(), saved_ms_), s.gb_per_s(),
               percent(s.gb_per_s(), result_.ceiling.gb_per_s), s.gflop_per_s(),
               percent(s.gflop_per_s(), result_.ceiling.gflop_per_s));
  }

 private:
  static std::string percent(double part, double whole) {
    return whole > 0 ? fmt::format("{:.1f}%", 100 * part / whole) : "-";
  }

  const ProfileResult& result_;
  double saved_ms_;
  std::FILE* to_;
};

void print_policies(const ProfileResult& r, std::FILE* to) {
  fmt::print(to, "\n  {:<10}{:>10}{:>12}{:>14}{:>16}{:>18}\n", "", "members", "ms/image", "watched, ms",
             "in kernels, ms", "outside them, ms");
  for (const auto policy : {KernelTable::full, KernelTable::flexible})
    fmt::print(to, "  {:<10}{:>10.3f}{:>12.3f}{:>14.2f}{:>16.2f}{:>18.2f}\n",
               policy == KernelTable::full ? "full" : "flexible",
               r.policies[policy].members / static_cast<double>(r.images), r.per_image_ms(policy),
               r.policies[policy].observed_ms, r.table.measured_ms(policy), r.outside_ms(policy));
  const double watched = r.policies[0].observed_ms + r.policies[1].observed_ms;
  const double plain = r.policies[0].network_ms + r.policies[1].network_ms;
  fmt::print(to, "  speed-up {:.2f}x unwatched; watching every kernel takes {:+.1f}%\n",
             r.per_image_ms(KernelTable::full) / r.per_image_ms(KernelTable::flexible),
             100 * (watched / plain - 1));
  fmt::print(to, "  this device, measured now: {:.1f} GB/s, {:.1f} GFLOP/s\n", r.ceiling.gb_per_s,
             r.ceiling.gflop_per_s);
}

// How much more than under device control with the tail fused.
void print_schedules(const ScheduleTimes& times, std::FILE* to) {
  if (times.images == 0) return;
  fmt::print(to, "\n  the policy, driven otherwise     ms/image\n");
  const double base_ms = times.schedules[0].network_ms;
  for (const ScheduleTime& s : times.schedules)
    fmt::print(to, "  --control {:<6} --tail {:<8} {:10.3f} {:+6.1f} %\n", s.control, s.tail,
               s.network_ms / static_cast<double>(times.images), 100 * (s.network_ms / base_ms - 1));
}

}  // namespace

void print_profile(const ProfileSubject& subject, const ProfileResult& r, size_t shown, std::FILE* to) {
  const auto rows = r.table.rows();
  const auto between = r.table.between_members();
  Savings all;
  for (const auto& row : rows) all += row.savings;
  for (const auto& [name, savings] : between) all += savings;
  print_policies(r, to);
  const Printer printer(r, all.saved_ms(), to);

  printer.head("member");
  const auto members = by_member(rows, subject.members.size());
  for (size_t m = 0; m < members.size(); ++m) printer.line(subject.members[m], members[m]);
  for (const auto& [name, savings] : between) printer.line(name, savings);
  printer.line("all kernels", all);

  auto layers = by_layer(rows);
  std::stable_sort(layers.begin(), layers.end(),
                   [](const auto& a, const auto& b) { return a.savings.full_ms > b.savings.full_ms; });
  const auto limit = [shown](size_t count) { return shown == 0 ? count : std::min(shown, count); };
  printer.head("layer");
  for (size_t i = 0; i < limit(layers.size()); ++i)
    printer.line(subject.members[layers[i].member] + " " + layers[i].layer->name, layers[i].savings);
  if (limit(layers.size()) < layers.size())
    fmt::print(to, "  ... and {} more: --layers 0, --json, --csv\n", layers.size() - limit(layers.size()));

  const auto kernels = by_kernel(rows);
  printer.head("kernel");
  for (size_t i = 0; i < limit(kernels.size()); ++i)
    printer.line(fmt::format("{} ({})", kernels[i].kernel, kernels[i].layers), kernels[i].savings);
  print_schedules(r.schedules, to);
}

}  // namespace fxe
