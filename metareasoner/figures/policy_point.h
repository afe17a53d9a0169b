// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "metareasoner/evaluation.h"
#include "metareasoner/figures/figure_images.h"

namespace fxe {

// What thresholds do on some images, and what the full ensemble of the same members does.
struct PolicyPoint {
  std::vector<double> thresholds;
  double cost = 0, mean_members = 0, top1 = 0;
  PairedGap gap;
  // The expected accuracy if the same numbers of images stopped at each size, drawn at random.
  double random_exits_top1 = 0;
};

// For the first thresholds.size() + 1 members, with the margin as signal.
PolicyPoint policy_point(const FigureImages&, std::span<const double> thresholds);

}  // namespace fxe
