// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "metareasoner/replay/signal.h"
#include "metareasoner/replay/trace.h"

namespace fxe {

// Thresholds worth trying at each size, ascending. The first always stops, the last never does; between them
// each lies halfway between two neighbouring values that the signal had, so that it decides these images
// alike however it is rounded, and is as far as can be from deciding them otherwise.
using Candidates = std::vector<std::vector<float>>;  // [sizes - 1]

enum class Spacing {
  logit,     // equal steps of ln(s / (1 - s)), between the values at both ends
  quantile,  // equal shares of images
};

struct CandidateOptions {
  Spacing spacing = Spacing::logit;
  size_t count = 40;    // per size at the most, 2 to 1000; equal values appear once
  bool shared = false;  // the same list at every size, of the values of all sizes
};

// Of these images of the trace.
Candidates candidate_thresholds(const Trace&, ReplaySignal, size_t classes, std::span<const size_t> images,
                                const CandidateOptions&);

// A list that no image has a say in: `count` thresholds in equal steps of logit from 1 - 1e-7 to 0.01 (of
// raw_margin: from 50 to 0.01, in equal ratios), with the two that always and never stop.
std::vector<float> fixed_thresholds(ReplaySignal, size_t count);

// Stops every image, and none. (1 would do for signals in [0, 1]: raw_margin is above it at times.)
inline constexpr float kAlwaysStops = -1;
float never_stops(ReplaySignal);

}  // namespace fxe
