// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/graph.h"

namespace fxe::perf {

// Values without denormals or symmetry, in [-scale, scale); what they are changes no timing.
std::vector<float> some_values(size_t count, double scale);

// A graph with weights of He's variance, so that its values stay in range.
Model with_some_weights(Graph);

}  // namespace fxe::perf
