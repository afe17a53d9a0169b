// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/figures/size_curve.h"

#include <cmath>

#include "metareasoner/replay/replay_report.h"

namespace fxe {

std::vector<SizePoint> size_curve(const FigureImages& from) {
  std::vector<SizePoint> curve;
  for (size_t k = 1; k <= from.sizes(); ++k) {
    std::vector<float> right, wrong;
    for (const size_t i : from.images) {
      const PrefixScore& s = from.trace.at(i, k);
      (s.label_rank == 0 ? right : wrong)
          .push_back(s.label < 0 ? -1 : signal_value(ReplaySignal::margin, s, k, from.store->classes()));
    }
    curve.push_back({k, from.cost[k - 1], static_cast<int64_t>(from.images.size()),
                     static_cast<int64_t>(right.size()), auroc(right, wrong)});
  }
  return curve;
}

Interval wilson_interval(int64_t successes, int64_t n, double z) {
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(successes) / count, z2 = z * z / count;
  const double middle = p + z2 / 2, half = z * std::sqrt(p * (1 - p) / count + z2 / (4 * count));
  return {(middle - half) / (1 + z2), (middle + half) / (1 + z2)};
}

}  // namespace fxe
