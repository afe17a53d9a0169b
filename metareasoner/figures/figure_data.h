// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "metareasoner/figures/figure_source.h"
#include "metareasoner/figures/fixed_subsets.h"
#include "metareasoner/figures/margin_histogram.h"
#include "metareasoner/figures/policy_point.h"
#include "metareasoner/figures/size_curve.h"
#include "metareasoner/figures/threshold_choice.h"

namespace fxe {

// A named point of Figure 4: the first N members with thresholds chosen by a rule.
struct FlexiblePoint {
  size_t members;
  std::string rule;  // "published" or "gap"
  PolicyPoint point;
};

struct GuaranteedPolicy {
  double limit;
  PolicyPoint point;
};

struct FixedSubsetPoint {
  std::string members;  // names, joined by '+'
  size_t count;
  double cost, calibration_top1, top1;
  bool chosen;  // no other that costs no more is better on the calibration images
};

// Everything drawn for one store. Accuracies are those of the test images.
struct FigureData {
  std::vector<SizePoint> sizes;
  std::vector<MarginBin> margins;
  std::vector<FlexiblePoint> flexible;     // N = 2 .. all
  std::vector<PolicyPoint> frontier;       // thresholds of all sizes together
  std::vector<PolicyPoint> one_threshold;  // the same for all sizes
  std::vector<GuaranteedPolicy> guaranteed;
  std::vector<FixedSubsetPoint> subsets;
  std::vector<std::string> left_out;  // what could not be drawn, and why
};

inline constexpr double kFlexibleGap = 0.001;  // of the rule "gap"
inline constexpr double kDelta = 0.1;          // of guarantees

FigureData compute_figures(const FigureSource&, uint64_t seed, int threads);

}  // namespace fxe
