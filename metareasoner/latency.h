// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace fxe {

// Times in milliseconds, kept one per image for percentiles.
class Latency {
 public:
  void add(double ms, size_t images = 1) { samples_ms_.insert(samples_ms_.end(), images, ms); }
  size_t count() const { return samples_ms_.size(); }
  double mean_ms() const;  // NaN without samples
  double percentile_ms(
      double percent) const;  // nearest rank: the smallest sample that `percent` of all do not exceed

 private:
  std::vector<double> samples_ms_;
};

}  // namespace fxe
