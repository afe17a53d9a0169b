// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/graph.h"

namespace fxe {

// Seeded fp32 weights for every layer of a graph, for checks and benchmarks without a trained file: normals
// scaled as in He et al. (2015), with residual branches scaled by one over the root of their number, so that
// values neither grow nor vanish with depth: every network of the registry stays far inside fp16. BatchNorms
// are close to the identity.
TensorMap random_weights(const Graph&, uint64_t seed);

}  // namespace fxe
