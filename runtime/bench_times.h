// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace fxe
