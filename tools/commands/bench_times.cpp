// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/bench_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fxe {

namespace {

double nearest_rank(const std::vector<double>& sorted, double percent) {
  const auto rank = static_cast<size_t>(std::ceil(percent / 100 * static_cast<double>(sorted.size())));
  return sorted[std::clamp<size_t>(rank, 1, sorted.size()) - 1];
}

std::string percentile_key(double percent) { return fmt::format("percentile({}%)", percent); }

}  // namespace

TimeSummary summarise(const std::vector<double>& times, const std::vector<double>& percents) {
  auto sorted = times;
  std::ranges::sort(sorted);
  const auto count = static_cast<double>(sorted.size());
  const size_t half = sorted.size() / 2;
  TimeSummary s;
  s.min = sorted.front();
  s.max = sorted.back();
  s.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / count;
  s.median = sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  for (const double p : percents) s.percentiles.push_back(nearest_rank(sorted, p));
  double squares = 0;
  for (const double t : sorted) squares += (t - s.mean) * (t - s.mean);
  if (sorted.size() > 1 && s.mean > 0) s.variation = std::sqrt(squares / (count - 1)) / s.mean;
  return s;
}

nlohmann::ordered_json summary_json(const TimeSummary& s, const std::vector<double>& percents) {
  nlohmann::ordered_json json = {{"min", s.min}, {"max", s.max}, {"mean", s.mean}, {"median", s.median}};
  for (size_t i = 0; i < percents.size(); ++i) json[percentile_key(percents[i])] = s.percentiles[i];
  return json;
}

void print_summary(std::FILE* to, const std::string& title, const TimeSummary& s,
                   const std::vector<double>& percents) {
  fmt::print(to, "{}: min = {:.4g} ms, max = {:.4g} ms, mean = {:.4g} ms, median = {:.4g} ms", title, s.min,
             s.max, s.mean, s.median);
  for (size_t i = 0; i < percents.size(); ++i)
    fmt::print(to, ", {} = {:.4g} ms", percentile_key(percents[i]), s.percentiles[i]);
  fmt::print(to, "\n");
}

nlohmann::ordered_json times_json(const BenchTimes& times) {
  auto json = nlohmann::ordered_json::array();
  for (size_t i = 0; i < times.latency_ms.size(); ++i)
    json.push_back({{"startComputeMs", times.start_ms[i]},
                    {"endComputeMs", times.start_ms[i] + times.compute_ms[i]},
                    {"computeMs", times.compute_ms[i]},
                    {"latencyMs", times.latency_ms[i]}});
  return json;
}

}  // namespace fxe
