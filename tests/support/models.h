// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/graph.h"
#include "tests/support/generate.h"

namespace fxe::test {

// Seeded weights for every layer of a graph: uniform with He's variance, so that values neither grow nor
// vanish with depth; batch norms have scales near 1 and variances in [0.5, 1.5].
Model with_random_weights(Graph graph, uint64_t seed);

// A small random network of all operations, with branches, sums, joins and values that nothing reads. Every
// seed is valid.
Model random_model(uint64_t seed);

// n images for a model.
std::vector<float> random_images(const Model& model, int64_t n, uint64_t seed);

}  // namespace fxe::test
