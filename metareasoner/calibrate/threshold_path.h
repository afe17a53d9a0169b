// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "metareasoner/calibrate/frontier.h"

namespace fxe {

// Policies from the most careful to the cheapest, each as thresholds at every size but the last: the path
// that fixed-sequence testing walks along (guarantee.h).
using ThresholdPath = std::vector<std::vector<double>>;

// One falling threshold for all sizes; known before any image is seen.
ThresholdPath fixed_path(ReplaySignal, size_t sizes, size_t steps = 128);

// The points of a frontier fitted on other images, from the full ensemble on; at most `steps`, evenly spread.
ThresholdPath fitted_path(const ExitTable&, const std::vector<FrontierPoint>&, size_t steps = 256);

// What images lose under thresholds, in the order of `images` (of the trace's store): decided as
// replay() decides.
std::vector<int8_t> losses_of(const Trace& trace, ReplaySignal, size_t classes,
                              std::span<const size_t> images, LossKind, std::span<const FullAnswer> full,
                              std::span<const double> thresholds);

}  // namespace fxe
