// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/operating_point.h"

#include <cmath>
#include <set>

#include "engine/error.h"

namespace fxe {

namespace {

void check_positive(const std::vector<double>& values, size_t count, const char* what,
                    const std::string& where) {
  if (values.size() != count)
    throw bad_input("{}: expected {} {}, one per member, found {}", where, count, what, values.size());
  for (double v : values)
    if (!is_positive_fp32(v))
      throw bad_input("{}: {}: expected numbers above 0 (in fp32, as they are used), found {}", where, what,
                      v);
}

}  // namespace

bool is_positive_fp32(double value) {
  return static_cast<float>(value) > 0 && std::isfinite(static_cast<float>(value));
}

void check_operating_point(const OperatingPoint& point, size_t ensemble_size, const std::string& where) {
  if (point.members.empty()) throw bad_input("{}: expected at least one member", where);
  std::set<int> seen;
  for (int m : point.members) {
    if (m < 0 || static_cast<size_t>(m) >= ensemble_size)
      throw bad_input("{}: expected members from 0 to {}, found {}", where, ensemble_size - 1, m);
    if (!seen.insert(m).second) throw bad_input("{}: member {} appears twice", where, m);
  }
  check_positive(point.weights, point.size(), "weights", where);
  float sum = 0;
  for (double w : point.weights) sum += static_cast<float>(w);
  if (!std::isfinite(sum)) throw bad_input("{}: weights: their sum is past what fp32 holds", where);
  check_positive(point.temperatures, point.size(), "temperatures", where);
  if (point.thresholds.size() != point.size() - 1)
    throw bad_input("{}: {} members need {} thresholds, found {}", where, point.size(), point.size() - 1,
                    point.thresholds.size());
  for (double t : point.thresholds)
    if (!std::isfinite(static_cast<float>(t)))
      throw bad_input("{}: thresholds: expected finite numbers, found {}", where, t);
}

}  // namespace fxe
