// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "metareasoner/calibrate/frontier.h"
#include "metareasoner/figures/figure_images.h"

namespace fxe {

// Thresholds for an ensemble of the first few members, chosen on some images: Figure 4 and the frontier show
// them. The signal is the margin; 40 candidates per size, spaced by logit.
class ThresholdChoice {
 public:
  ThresholdChoice(const FigureImages&, size_t sizes, int threads);

  // The published rule as fxe reads it: least alpha R + (1 - alpha) E, R relative to the full ensemble, E in
  // percent, alpha 0.5, sizes fitted forward. Nothing if the full ensemble makes no error.
  std::optional<std::vector<double>> published() const;
  // Least cost with a gap of at most `gap`, a fraction; all sizes together.
  std::vector<double> within(double gap) const;
  // All thresholds that no others found beat in both cost and loss.
  std::vector<std::vector<double>> frontier() const;

 private:
  ExitTable table_;
  int64_t errors_of_full_;
  int threads_;
  std::vector<FrontierPoint> points_;
};

// A bound on harm (images that the full ensemble gets right and that stop wrong), as a share of images.
struct GuaranteedPoint {
  double limit = 0;
  int64_t images_needed = 0;  // to show it at all
  // The cheapest policy that passes, if any does.
  std::optional<std::vector<double>> thresholds;
};

// Which limits hold with probability 1 - delta for images drawn like these: one half of the images, split by
// content, fits a path of thresholds, and the other half tests it (guarantee.h).
struct Guarantees {
  int64_t images_tested = 0;
  std::vector<GuaranteedPoint> points;
};
Guarantees guaranteed_points(const FigureImages&, const std::vector<double>& limits, double delta,
                             uint64_t seed, int threads);

}  // namespace fxe
