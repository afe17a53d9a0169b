// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/latency.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fxe {

size_t Latency::count() const {
  size_t images = 0;
  for (const Sample& s : samples_) images += s.images;
  return images;
}

double Latency::mean_ms() const {
  double sum = 0;
  for (const Sample& s : samples_)
    for (size_t i = 0; i < s.images; ++i) sum += s.ms;
  return samples_.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count());
}

double Latency::percentile_ms(double percent) const {
  if (samples_.empty()) return std::numeric_limits<double>::quiet_NaN();
  auto sorted = samples_;
  std::sort(sorted.begin(), sorted.end(), [](const Sample& a, const Sample& b) { return a.ms < b.ms; });
  const size_t images = count();
  const auto rank = static_cast<size_t>(std::ceil(percent / 100 * static_cast<double>(images)));
  size_t left = std::clamp<size_t>(rank, 1, images);
  auto at = sorted.begin();
  for (; at->images < left; ++at) left -= at->images;
  return at->ms;
}

}  // namespace fxe
