// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include "tools/reports/format.h"
#include "tools/reports/profile_report.h"
#include "tools/reports/terminal.h"
#include "tools/reports/text_table.h"

namespace fxe {

namespace {

class Printer {
 public:
  Printer(const ProfileResult& r, double saved_ms, std::FILE* to)
      : result_(r), saved_ms_(saved_ms), to_(to) {}

  TextTable table(const char* title) const {
    return TextTable({{.head = title, .least = 20, .text = true, .above = true},
                      {.head = "calls\nrun"},
                      {.head = "calls\nsaved"},
                      {.head = "ms\nrun"},
                      {.head = "ms\nsaved"},
                      {.head = "share"},
                      {.head = "% of\nGB/s"},
                      {.head = "% of\nGFLOP/s"},
                      {.head = "ms\nfull", .optional = true},
                      {.head = "GB/s", .optional = true},
                      {.head = "GFLOP/s", .optional = true}});
  }
  void add(TextTable& table, const std::string& name, const Savings& s) const {
    table.add({name, fmt::format("{}", s.calls_run), fmt::format("{}", s.calls_saved()), fixed(s.run_ms, 2),
               fixed(s.saved_ms(), 2), percent_of(s.saved_ms(), saved_ms_),
               percent_of(s.gb_per_s(), result_.ceiling.gb_per_s),
               percent_of(s.gflop_per_s(), result_.ceiling.gflop_per_s), fixed(s.full_ms, 2),
               fixed(s.gb_per_s(), 1), fixed(s.gflop_per_s(), 1)});
  }
  void print(const TextTable& table) const {
    fmt::print(to_, "\n");
    print_table(to_, table);
  }

 private:
  static std::string percent_of(double part, double whole) {
    return whole > 0 ? fixed(100 * part / whole, 1) + "%" : "-";
  }

  const ProfileResult& result_;
  double saved_ms_;
  std::FILE* to_;
};

void print_policies(const ProfileResult& r, std::FILE* to) {
  TextTable table({{.head = "", .least = 8, .text = true},
                   {.head = "members"},
                   {.head = "ms/image"},
                   {.head = "all timed,\nms"},
                   {.head = "in kernels,\nms"},
                   {.head = "outside them,\nms"}});
  for (const auto policy : {KernelTable::full, KernelTable::flexible})
    table.add({policy == KernelTable::full ? "full" : "flexible",
               fixed(r.policies[policy].members / static_cast<double>(r.images), 3),
               fixed(r.per_image_ms(policy), 3), fixed(r.policies[policy].observed_ms, 2),
               fixed(r.table.measured_ms(policy), 2), fixed(r.outside_ms(policy), 2)});
  fmt::print(to, "\n");
  print_table(to, table);
  const double watched = r.policies[0].observed_ms + r.policies[1].observed_ms;
  const double plain = r.policies[0].network_ms + r.policies[1].network_ms;
  fmt::print(to, "  speed-up {:.2f}x; with every kernel timed, batches took {:.2f} times as long\n",
             r.per_image_ms(KernelTable::full) / r.per_image_ms(KernelTable::flexible), watched / plain);
  fmt::print(to, "  this device, measured now: {:.1f} GB/s, {:.1f} GFLOP/s\n", r.ceiling.gb_per_s,
             r.ceiling.gflop_per_s);
}

// How much longer each takes than device control with the tail fused.
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

  TextTable members_table = printer.table("member");
  const auto members = by_member(rows, subject.members.size());
  for (size_t m = 0; m < members.size(); ++m)
    printer.add(members_table, fmt::format("{} {}", m + 1, subject.members[m]), members[m]);
  for (const auto& [name, savings] : between) printer.add(members_table, name, savings);
  printer.add(members_table, "all kernels", all);
  printer.print(members_table);

  auto layers = by_layer(rows);
  std::stable_sort(layers.begin(), layers.end(),
                   [](const auto& a, const auto& b) { return a.savings.full_ms > b.savings.full_ms; });
  const auto limit = [shown](size_t count) { return shown == 0 ? count : std::min(shown, count); };
  TextTable layers_table = printer.table("layer");
  for (size_t i = 0; i < limit(layers.size()); ++i)
    printer.add(layers_table, fmt::format("{} {}", layers[i].member + 1, layers[i].layer->name),
                layers[i].savings);
  printer.print(layers_table);
  if (limit(layers.size()) < layers.size())
    fmt::print(to, "  ... and {} more: --layers 0, --json, --csv\n", layers.size() - limit(layers.size()));

  const auto kernels = by_kernel(rows);
  TextTable kernels_table = printer.table("kernel");
  for (size_t i = 0; i < limit(kernels.size()); ++i)
    printer.add(kernels_table, fmt::format("{} ({})", kernels[i].kernel, kernels[i].layers),
                kernels[i].savings);
  printer.print(kernels_table);
  print_schedules(r.schedules, to);
}

}  // namespace fxe
