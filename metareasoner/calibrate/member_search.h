// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metareasoner/calibrate/calibration_run.h"

namespace fxe {

// Which of the order's members to run, and in which order, judged on the `fit` images: the best of the orders
// that search_orders() finds and of the order itself, each with its own thresholds. `subsets`: members may be
// left out.
struct FoundMembers {
  OperatingPoint point;
  bool exhaustive = false;  // every order was tried, with one threshold for all sizes
  size_t images = 0;        // images the search used
};
FoundMembers find_members(const Store&, const CalibrationRequest&, const std::vector<size_t>& fit,
                          bool subsets);

}  // namespace fxe
