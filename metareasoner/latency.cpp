// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/latency.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fxe {

double Latency::mean_ms() const {
  if (samples_ms_.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(samples_ms_.begin(), samples_ms_.end(), 0.0) /
         static_cast<double>(samples_ms_.size());
}

double Latency::percentile_ms(double percent) const {
  if (samples_ms_.empty()) return std::numeric_limits<double>::quiet_NaN();
  auto sorted = samples_ms_;
  const auto rank = static_cast<size_t>(std::ceil(percent / 100 * static_cast<double>(sorted.size())));
  const auto at =
      sorted.begin() + static_cast<std::ptrdiff_t>(std::clamp<size_t>(rank, 1, sorted.size()) - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

}  // namespace fxe
