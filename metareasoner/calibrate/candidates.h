// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "metareasoner/replay/signal.h"
#include "metareasoner/replay/trace.h"

namespace fxe {

// Thresholds worth trying at each size, ascending. The first always stops, the last never does. Each one
// between lies halfway between two neighbouring values of the signal, so that it decides these images the
// same however it is rounded, and is as far as possible from deciding them otherwise.
using Candidates = std::vector<std::vector<float>>;  // [sizes - 1]

enum class Spacing {
  logit,     // equal steps of ln(s / (1 - s)), between the values at both ends
  quantile,  // equal shares of images
};

struct CandidateOptions {
  Spacing spacing = Spacing::logit;
  size_t count = 40;    // per size, 2 to 1000 at most; equal values appear once
  bool shared = false;  // one list for all sizes, from the values of all sizes
};

// From these images of the trace.
Candidates candidate_thresholds(const Trace&, ReplaySignal, size_t classes, std::span<const size_t> images,
                                const CandidateOptions&);

// A list that does not depend on images: `count` thresholds in equal steps of logit from 1 - 1e-7 to 0.01
// (for raw_margin: from 50 to 0.01, in equal ratios), plus the two that always and never stop.
std::vector<float> fixed_thresholds(ReplaySignal, size_t count);

// Stops every image, and none. (1 would do for signals in [0, 1], but raw_margin may exceed it.)
inline constexpr float kAlwaysStops = -1;
float never_stops(ReplaySignal);

}  // namespace fxe
