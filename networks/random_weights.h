// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/graph.h"

namespace fxe {

// Seeded fp32 weights for every layer of a graph, for checks and benchmarks without a trained file: normals
// scaled as He et al. (2015), so that values neither grow nor vanish with depth; BatchNorms near the
// identity.
TensorMap random_weights(const Graph&, uint64_t seed);

}  // namespace fxe
