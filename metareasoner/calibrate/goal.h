// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>

#include "metareasoner/calibrate/exit_table.h"

namespace fxe {

// What a search minimises: cost_weight cost + loss_weight loss, summed over the table's images, among the
// choices within both limits; if there are none, the distance from the limits.
struct Goal {
  double cost_weight = 0, loss_weight = 0;
  double loss_limit = std::numeric_limits<double>::infinity();
  double cost_limit = std::numeric_limits<double>::infinity();

  double excess(const Spent& s) const {
    return std::max(0.0, static_cast<double>(s.loss) - loss_limit) + std::max(0.0, s.cost - cost_limit);
  }
  bool met(const Spent& s) const { return excess(s) == 0; }
  double value(const Spent& s) const {
    return cost_weight * s.cost + loss_weight * static_cast<double>(s.loss);
  }

  // A strict order. Ties go to the cheaper one, then to the one that loses less.
  bool better(const Spent& a, const Spent& b) const {
    const double ea = excess(a), eb = excess(b);
    if (ea != eb) return ea < eb;
    const double va = value(a), vb = value(b);
    if (va != vb) return va < vb;
    return a.cost != b.cost ? a.cost < b.cost : a.loss < b.loss;
  }
};

}  // namespace fxe
