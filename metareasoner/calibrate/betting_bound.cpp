// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/betting_bound.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace fxe {

bool betting_shows_below(std::span<const int8_t> losses, double limit, double delta) {
  const auto n = static_cast<double>(losses.size());
  const double q = (limit + 1) / 2, most = 0.9 / (1 - q);
  if (limit > 1) return true;
  const double scale = 2 * std::log(1 / delta) / n, enough = 1 / delta;
  double capital = 1, sum = 0.5, squares = 0.25;  // as if y = 1/2, at a distance of 1/2, had come first
  double count = 1;
  for (const int8_t loss : losses) {
    const double y = (static_cast<double>(loss) + 1) / 2;
    const double bet = std::min(std::sqrt(scale * count / squares), most);
    capital *= 1 - bet * (y - q);
    if (capital >= enough) return true;
    sum += y;
    ++count;
    const double d = y - sum / count;
    squares += d * d;
  }
  return false;
}

double betting_upper_bound(std::span<const int8_t> losses, double delta) {
  if (losses.empty()) return 1;
  // Each factor grows with m, so the capital does too.
  double low = -1, high = 1;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (betting_shows_below(losses, middle, delta) ? high : low) = middle;
  }
  return high;
}

int64_t images_needed_without_losses(double limit, double delta) {
  int64_t low = 0, high = 1;
  const auto enough = [&](int64_t n) {
    return betting_shows_below(std::vector<int8_t>(static_cast<size_t>(n), 0), limit, delta);
  };
  while (!enough(high)) low = high, high *= 2;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace fxe
