// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "metareasoner/evaluation.h"

namespace fxe {

namespace {

// The score statistic at a hypothetical difference d: how many standard errors the observed difference is
// from it, using the standard error of the most likely proportions under d. Falls as d grows.
double score(double n, double b, double c, double d) {
  const double linear = -b - c + (2 * n - b + c) * d;
  const double constant = -c * d * (1 - d);
  const double q = (std::sqrt(std::max(0.0, linear * linear - 8 * n * constant)) - linear) / (4 * n);
  const double variance = n * (2 * q + d * (1 - d));
  const double difference = b - c - n * d;
  if (variance <= 0)
    return difference == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), difference);
  return difference / std::sqrt(variance);
}

// The d in [-1, 1] where the score is `target`.
double solve(double n, double b, double c, double target) {
  double low = -1, high = 1;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (score(n, b, c, middle) > target ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

Interval tango_interval(int64_t n, int64_t b, int64_t c, double z) {
  if (n == 0) return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  const auto to_double = [](int64_t x) { return static_cast<double>(x); };
  return {solve(to_double(n), to_double(b), to_double(c), z),
          solve(to_double(n), to_double(b), to_double(c), -z)};
}

}  // namespace fxe
