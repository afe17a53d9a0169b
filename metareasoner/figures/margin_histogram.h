// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/figures/figure_images.h"

namespace fxe {

// Images whose margin after `members` members is in [low, high); the last bin includes 1.
struct MarginBin {
  size_t members;
  double low, high;
  int64_t right, wrong;
};

// The published Figure 2: `bins` of equal width for each size 1 .. N, size by size. An image that no member
// could score yet counts as wrong with margin 0.
std::vector<MarginBin> margin_histograms(const FigureImages&, size_t bins);

}  // namespace fxe
