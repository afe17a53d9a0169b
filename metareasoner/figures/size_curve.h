// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/evaluation.h"
#include "metareasoner/figures/figure_images.h"

namespace fxe {

// A fixed ensemble: every image runs through all its members.
struct SizePoint {
  size_t members = 0;
  double cost = 0;
  int64_t images = 0, right = 0;
  double auroc = 0;  // of the margin: how well it separates right from wrong; NaN if all are one or the other

  double top1() const { return static_cast<double>(right) / static_cast<double>(images); }
};

// The first 1 .. N members: the published Figure 1.
std::vector<SizePoint> size_curve(const FigureImages&);

// Wilson's score interval for a proportion (JASA 22:209, 1927). NaN for n = 0.
Interval wilson_interval(int64_t successes, int64_t n, double z = 1.959963984540054);

}  // namespace fxe
