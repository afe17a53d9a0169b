// SPDX-License-Identifier: Apache-2.0
#include "runtime/bench_times.h"

#include <algorithm>
#include <cmath>

#include "metareasoner/latency.h"

namespace fxe {

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

}  // namespace fxe
