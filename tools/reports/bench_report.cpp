// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/bench_report.h"
#include "tools/reports/dataset_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tools/reports/format.h"
#include "tools/reports/json_file.h"
#include "tools/reports/terminal.h"
#include "tools/reports/text_table.h"

namespace fxe {

namespace {

using Json = nlohmann::ordered_json;

const char* kind_name(BenchRow::Kind kind) {
  switch (kind) {
    case BenchRow::Kind::policy:
      return "policy";
    case BenchRow::Kind::member:
      return "member";
    case BenchRow::Kind::stop_after:
      return "stop_after";
  }
  return "";
}

double total(const std::vector<double>& times) { return std::accumulate(times.begin(), times.end(), 0.0); }

// Queries per second of the time this row ran: the rows take turns, so the wall time is shared.
double queries_per_second(const BenchRow& row) {
  return 1000 * static_cast<double>(row.times.latency_ms.size()) / total(row.times.latency_ms);
}

double mean_members(const BenchRow& row, int batch) {
  return static_cast<double>(row.members_run) /
         (static_cast<double>(row.times.latency_ms.size()) * static_cast<double>(batch));
}

// Executors that decide on the device do not know how long each stage took.
bool has_compute(const BenchRow& row) { return total(row.times.compute_ms) > 0; }

const std::vector<double> kNone;

Json summary_or_null(const std::vector<double>& times, const std::vector<double>& percents) {
  return times.empty() ? Json() : summary_json(summarise(times, percents), percents);
}

std::string signed_percent(double share) {
  return std::isfinite(share) ? fmt::format("{:+.2f} %", 100 * share) : "";
}

void print_rows(std::FILE* to, const BenchSubject& s, const std::vector<BenchRow>& rows) {
  TextTable table({{.head = "", .least = 20, .text = true, .above = true},
                   {.head = "members"},
                   {.head = s.batch == 1 ? "median,\nms/image" : "median,\nms/batch"},
                   {.head = s.batch == 1 ? "p99,\nms/image" : "p99,\nms/batch"},
                   {.head = "images/s"},
                   {.head = "over members\nalone"}});
  for (const auto& row : rows) {
    const auto t = summarise(row.times.latency_ms, {99});
    table.add(
        {row.name, fixed(mean_members(row, s.batch), 3), fmt::format("{:.4g}", t.median),
         fmt::format("{:.4g}", t.percentiles[0]), fmt::format("{:.4g}", queries_per_second(row) * s.batch),
         row.kind == BenchRow::Kind::stop_after ? signed_percent(overhead_of_stopping(row, rows)) : ""});
  }
  fmt::print(to, "\n");
  print_table(to, table);
}

void print_warning(std::FILE* to, const std::string& text) {
  print_paragraph(to, text, "* ", "  ", Ink::yellow);
}

}  // namespace

double overhead_of_stopping(const BenchRow& row, const std::vector<BenchRow>& rows) {
  std::vector<double> ratios = row.times.latency_ms;
  std::vector<double> alone(ratios.size(), 0);
  for (const int member : row.point.members) {
    const auto found = std::ranges::find_if(rows, [&](const BenchRow& r) {
      return r.kind == BenchRow::Kind::member && r.point.members == std::vector<int>{member};
    });
    if (found == rows.end()) return std::numeric_limits<double>::quiet_NaN();
    for (size_t i = 0; i < alone.size(); ++i) alone[i] += found->times.latency_ms[i];
  }
  for (size_t i = 0; i < ratios.size(); ++i) ratios[i] /= alone[i];
  return summarise(ratios, {}).median - 1;
}

Json bench_json(const BenchSubject& s, const std::vector<BenchRow>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json json = {{"name", row.name},
                 {"kind", kind_name(row.kind)},
                 {"members", row.point.members},
                 {"iterations", row.times.latency_ms.size()},
                 {"mean_members", mean_members(row, s.batch)},
                 {"throughput", queries_per_second(row)},
                 {"images_per_second", queries_per_second(row) * s.batch},
                 {"latency_ms", summary_json(summarise(row.times.latency_ms, s.percents), s.percents)}};
    json["compute_ms"] = summary_or_null(has_compute(row) ? row.times.compute_ms : kNone, s.percents);
    json["enqueue_ms"] = summary_or_null(row.times.enqueue_ms, s.percents);
    json["variation"] = summarise(row.times.latency_ms, {}).variation;
    if (row.kind == BenchRow::Kind::stop_after)
      json["over_members_alone"] = number_or_null(overhead_of_stopping(row, rows));
    list.push_back(json);
  }
  return {{"schema", "fxe.bench/1"},
          {"ensemble", s.ensemble},
          {"device", s.device},
          {"precision", name(s.precision)},
          {"policy", s.policy},
          {"batch", s.batch},
          {"input", s.input},
          {"left_out", left_out_json(s.left_out)},
          {"warmUp", s.limits.warm_up_ms},
          {"iterations", s.limits.iterations},
          {"duration", s.limits.duration_s},
          {"total_host_walltime_s", s.wall_s},
          {"h2d_latency_ms", summary_or_null(s.copies ? s.copies->up_ms : kNone, s.percents)},
          {"d2h_latency_ms", summary_or_null(s.copies ? s.copies->down_ms : kNone, s.percents)},
          {"rows", list}};
}

void print_bench(std::FILE* to, const BenchSubject& s, const std::vector<BenchRow>& rows) {
  const BenchRow& row = rows.front();
  const auto latency = summarise(row.times.latency_ms, s.percents);
  fmt::print(to, "\n=== Performance summary ===\n");
  fmt::print(to, "Throughput: {:.6g} qps ({:.6g} images/s)\n", queries_per_second(row),
             queries_per_second(row) * s.batch);
  print_summary(to, "Latency", latency, s.percents);
  if (has_compute(row))
    print_summary(to, "Compute Time", summarise(row.times.compute_ms, s.percents), s.percents);
  const auto& enqueue = row.times.enqueue_ms;
  if (!enqueue.empty()) print_summary(to, "Enqueue Time", summarise(enqueue, s.percents), s.percents);
  if (s.copies) {
    print_summary(to, "H2D Latency", summarise(s.copies->up_ms, s.percents), s.percents);
    print_summary(to, "D2H Latency", summarise(s.copies->down_ms, s.percents), s.percents);
    print_paragraph(
        to,
        fmt::format("(copies by themselves, {} times after the queries, whose latency includes them)",
                    s.copies->up_ms.size()),
        "", "  ");
  }
  print_paragraph(
      to,
      fmt::format("Total Host Walltime: {:.4g} s, {} queries of {}{}", s.wall_s, row.times.latency_ms.size(),
                  row.name, rows.size() > 1 ? ", the other rows in turn with it" : ""),
      "", "  ");
  constexpr double kBound = 0.5;
  if (total(enqueue) > kBound * total(row.times.latency_ms))
    print_warning(
        to,
        fmt::format("The host takes {:.3g} % of the latency to enqueue a batch: it bounds the throughput, "
                    "not the device. Try a larger --batch.",
                    100 * total(enqueue) / total(row.times.latency_ms)));
  constexpr double kUnstable = 0.01;  // where trtexec starts to warn
  if (latency.variation > kUnstable)
    print_warning(
        to,
        fmt::format("The latency is unstable, with a coefficient of variation of {:.3g} %: other processes, "
                    "or a changing clock rate. Compare rows of one run only.",
                    100 * latency.variation));
  if (rows.size() > 1) print_rows(to, s, rows);
}

}  // namespace fxe
