// SPDX-License-Identifier: Apache-2.0
#include "tests/support/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace fxe::test {

namespace {

constexpr auto kPattern = std::byte{0xA5};

template <class T>
bool constant(std::span<const T> values) {
  return std::all_of(values.begin(), values.end(), [&](T v) { return v == values[0]; });
}

// The error as a share of the bound; infinite if no bound could allow it.
double share(double y, double r, double bound) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (std::isnan(y) || std::isnan(r)) return std::isnan(y) && std::isnan(r) ? 0 : kInfinity;
  if (y == r) return 0;
  if (std::isinf(y) || std::isinf(r) || !(bound > 0)) return kInfinity;
  return std::fabs(y - r) / bound;
}

}  // namespace

Comparison compare(std::span<const float> y, std::span<const double> r, const ElementBound& bound) {
  Comparison result;
  if (y.size() != r.size() || y.empty()) {
    result.message = fmt::format("expected {} elements, found {}", r.size(), y.size());
    return result;
  }
  double worst = 0, total = 0;
  size_t outside = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    const double s = share(static_cast<double>(y[i]), r[i], bound(i));
    if (s > worst) worst = s, result.worst = i;
    if (!(s <= 1)) ++outside;
    total += s;
  }
  const size_t w = result.worst;
  result.percent_of_bound = 100 * worst;
  result.message = fmt::format(
      "worst element {} of {}: found {:.9g}, expected {:.17g}, bound {:.3g}, {:.3g}% of bound used (mean "
      "{:.3g}%)",
      w, y.size(), y[w], r[w], bound(w), result.percent_of_bound,
      100 * total / static_cast<double>(y.size()));
  if (outside > 0) {
    result.message += fmt::format("; {} element(s) outside", outside);
  } else if (y.size() > 1 && constant(y) && !constant(r)) {
    result.message += fmt::format("; every element is {:.9g}, the reference is not constant", y[0]);
  } else {
    result.ok = true;
  }
  return result;
}

Comparison compare_exact(std::span<const float> y, std::span<const double> r) {
  return compare(y, r, [](size_t) { return 0.0; });
}

Comparison compare_exact(std::span<const float> y, std::span<const float> r) {
  return compare_exact(y, std::vector<double>(r.begin(), r.end()));
}

Guarded::Guarded(size_t bytes) : bytes_(bytes), storage_(bytes + 2 * kZone) {
  std::memset(storage_.data(), static_cast<int>(kPattern), bytes_ + 2 * kZone);
}

bool Guarded::intact() const {
  const std::byte* data = storage_.data();
  const auto whole = [](const std::byte* from) {
    return std::all_of(from, from + kZone, [](std::byte b) { return b == kPattern; });
  };
  return whole(data) && whole(data + kZone + bytes_);
}

}  // namespace fxe::test
