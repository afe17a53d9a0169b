// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fxe {

// The times of one row of a benchmark, a query (a batch of images) at a time, in the order they were run.
struct BenchTimes {
  std::vector<double> start_ms;    // since the first query of the run
  std::vector<double> latency_ms;  // inputs on the host to decisions on the host
  std::vector<double> compute_ms;  // members and tails
  std::vector<double> enqueue_ms;  // until the host had handed the batch to the device; none where it runs it
};

struct TimeSummary {
  double min = 0, max = 0, mean = 0, median = 0;
  std::vector<double> percentiles;  // of those asked for
  double variation = 0;             // standard deviation over mean; 0 for one time
};

// As trtexec reports: percentile(p) is the nearest rank, the median of an even count the mean of the middle
// two. `times` is not empty.
TimeSummary summarise(const std::vector<double>& times, const std::vector<double>& percents);

// trtexec's words: {"min": .., "max": .., "mean": .., "median": .., "percentile(90%)": ..}.
nlohmann::ordered_json summary_json(const TimeSummary&, const std::vector<double>& percents);

// "TITLE: min = 1.2 ms, max = .., mean = .., median = .., percentile(90%) = .. ms".
void print_summary(std::FILE*, const std::string& title, const TimeSummary&,
                   const std::vector<double>& percents);

// One object a query with the keys of trtexec's --exportTimes.
nlohmann::ordered_json times_json(const BenchTimes&);

}  // namespace fxe
