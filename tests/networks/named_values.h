// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/graph.h"

namespace fxe::test {

// Weights and an image computed from names alone, so that another framework's network can get the same
// without a file: make_golden_logits.py has the same formulas. Matrices and filters are uniform with the
// variance 2 / fan-in; BatchNorm's variances lie in [0.5, 2), scales in [0.5, 1.5), everything else in
// [-0.5, 0.5).
Model with_named_weights(Graph graph);
std::vector<float> named_image(const Input&);  // [1 c h w], uniform with variance 1

}  // namespace fxe::test
