// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/binomial_bound.h"

#include <cmath>

namespace fxe {

double binomial_tail(int64_t events, int64_t n, double p) {
  if (events >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  const auto trials = static_cast<double>(n);
  // From the largest term down: past the mode the terms fall, and those too small to count are dropped.
  const auto k = static_cast<double>(events);
  const bool rising = k <= trials * p;
  if (rising) {
    double term = std::exp(std::lgamma(trials + 1) - std::lgamma(k + 1) - std::lgamma(trials - k + 1) +
                           k * std::log(p) + (trials - k) * std::log1p(-p));
    double sum = term;
    for (double j = k; j > 0 && term > sum * 1e-18; --j) {
      term *= j / (trials - j + 1) * ((1 - p) / p);
      sum += term;
    }
    return sum;
  }
  // 1 - P(X >= k + 1), whose terms fall from k + 1 on.
  const double first = k + 1;
  double term = std::exp(std::lgamma(trials + 1) - std::lgamma(first + 1) - std::lgamma(trials - first + 1) +
                         first * std::log(p) + (trials - first) * std::log1p(-p));
  double sum = term;
  for (double j = first; j < trials && term > sum * 1e-18; ++j) {
    term *= (trials - j) / (j + 1) * (p / (1 - p));
    sum += term;
  }
  return 1 - sum;
}

double binomial_upper_bound(int64_t events, int64_t n, double delta) {
  if (events >= n) return 1;
  if (events == 0) return -std::expm1(std::log(delta) / static_cast<double>(n));
  double low = static_cast<double>(events) / static_cast<double>(n), high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (binomial_tail(events, n, middle) > delta ? low : high) = middle;
  }
  return high;
}

int64_t images_needed_without_events(double limit, double delta) {
  return static_cast<int64_t>(std::ceil(std::log(delta) / std::log1p(-limit)));
}

}  // namespace fxe
