// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fxe {

// The times of one row of a benchmark, one per query (a batch of images), in the order they ran.
struct BenchTimes {
  std::vector<double> start_ms;    // since the first query of the run
  std::vector<double> latency_ms;  // inputs on the host to decisions on the host
  std::vector<double> compute_ms;  // members and tails
  // until the host had handed the batch to the device; none if the host runs it
  std::vector<double> enqueue_ms;
};

struct TimeSummary {
  double min = 0, max = 0, mean = 0, median = 0;
  std::vector<double> percentiles;  // those asked for
  double variation = 0;             // standard deviation over mean; 0 for one time
};

// As trtexec reports: percentile(p) is the nearest rank; the median of an even count is the mean of the
// middle two. `times` is not empty.
TimeSummary summarise(const std::vector<double>& times, const std::vector<double>& percents);

// In trtexec's terms: {"min": .., "max": .., "mean": .., "median": .., "percentile(90%)": ..}.
nlohmann::ordered_json summary_json(const TimeSummary&, const std::vector<double>& percents);

// "TITLE: min = 1.2 ms, max = .., mean = .., median = .., percentile(90%) = .. ms".
void print_summary(std::FILE*, const std::string& title, const TimeSummary&,
                   const std::vector<double>& percents);

// One object per query with the keys of trtexec's --exportTimes.
nlohmann::ordered_json times_json(const BenchTimes&);

}  // namespace fxe
