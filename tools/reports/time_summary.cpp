// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/time_summary.h"

#include <fmt/format.h>

#include "tools/reports/terminal.h"

namespace fxe {

namespace {

std::string percentile_key(double percent) { return fmt::format("percentile({}%)", percent); }

}  // namespace

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
