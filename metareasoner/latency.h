// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace fxe {

// Times in milliseconds, one per image, for percentiles; images of one batch share theirs.
class Latency {
 public:
  void add(double ms, size_t images = 1) {
    if (images) samples_.push_back({ms, images});
  }
  size_t count() const;
  double mean_ms() const;  // NaN without samples
  // Nearest rank: the smallest sample that `percent` of all samples do not exceed.
  double percentile_ms(double percent) const;

 private:
  struct Sample {
    double ms;
    size_t images;
  };
  std::vector<Sample> samples_;
};

}  // namespace fxe
