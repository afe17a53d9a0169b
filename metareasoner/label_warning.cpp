// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/label_warning.h"

#include <fmt/format.h>

#include <algorithm>

#include "metareasoner/calibrate/binomial_bound.h"

namespace fxe {

namespace {

// P(X >= events), X binomial(n, p).
double upper_tail(int64_t events, int64_t n, double p) {
  return events == 0 ? 1 : 1 - binomial_tail(events - 1, n, p);
}

}  // namespace

std::string label_warning(const Evaluation& e, int64_t classes) {
  const int64_t n = e.labelled();
  if (n == 0 || classes < 2) return "";
  const double chance = 1 / static_cast<double>(classes);
  const int64_t shifted = std::max(e.one_above(), e.one_below());
  if (shifted > e.right() && upper_tail(shifted, n, chance) < 1e-6)
    return fmt::format("{} of {} answers are right, but {} are one class {} their labels: {}", e.right(), n,
                       shifted, e.one_above() > e.one_below() ? "above" : "below",
                       e.one_above() > e.one_below() ? "do the networks have a background class in front?"
                                                     : "do the labels count from 1?");
  if (upper_tail(e.right(), n, chance) > 0.01 && binomial_tail(e.right(), n, (1 + chance) / 2) < 1e-3)
    return fmt::format(
        "{} of {} answers are right, as by chance (1 of {}): are these labels in the order of the networks' "
        "classes?",
        e.right(), n, classes);
  return "";
}

}  // namespace fxe
