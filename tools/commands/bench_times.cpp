// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/bench_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "metareasoner/latency.h"
#include "tools/reports/terminal.h"

namespace fxe {

namespace {

std::string percentile_key(double percent) { return fmt::format("percentile({}%)", percent); }

}  // namespace

TimeSummary summarise(const std::vector<double>& times, const std::vector<double>& percents) {
  Latency all;
  for (const double t : times) all.add(t);
  auto sorted = times;
  std::ranges::sort(sorted);
  TimeSummary s;
  s.min = sorted.front();
  s.max = sorted.back();
  s.mean = all.mean_ms();
  s.median = (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
  for (const double p : percents) s.percentiles.push_back(all.percentile_ms(p));
  double squares = 0;
  for (const double t : times) squares += (t - s.mean) * (t - s.mean);
  if (times.size() > 1 && s.mean > 0)
    s.variation = std::sqrt(squares / static_cast<double>(times.size() - 1)) / s.mean;
  return s;
}

nlohmann::ordered_json summary_json(const TimeSummary& s, const std::vector<double>& percents) {
  nlohmann::ordered_json json = {{"min", s.min}, {"max", s.max}, {"mean", s.mean}, {"median", s.median}};
  for (size_t i = 0; i < percents.size(); ++i) json[percentile_key(percents[i])] = s.percentiles[i];
  return json;
}

void print_summary(std::FILE* to, const std::string& title, const TimeSummary& s,
                   const std::vector<double>& percents) {
  std::string line = fmt::format("{}: min = {:.4g} ms, max = {:.4g} ms, mean = {:.4g} ms, median = {:.4g} ms",
                                 title, s.min, s.max, s.mean, s.median);
  for (size_t i = 0; i < percents.size(); ++i)
    line += fmt::format(", {} = {:.4g} ms", percentile_key(percents[i]), s.percentiles[i]);
  print_paragraph(to, line, "", "  ");
}

nlohmann::ordered_json times_json(const BenchTimes& times) {
  auto json = nlohmann::ordered_json::array();
  for (size_t i = 0; i < times.latency_ms.size(); ++i) {
    json.push_back({{"startComputeMs", times.start_ms[i]},
                    {"endComputeMs", times.start_ms[i] + times.compute_ms[i]},
                    {"computeMs", times.compute_ms[i]},
                    {"latencyMs", times.latency_ms[i]}});
    if (!times.enqueue_ms.empty()) json.back()["enqueueMs"] = times.enqueue_ms[i];
  }
  return json;
}

}  // namespace fxe
