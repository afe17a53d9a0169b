// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/reference/evaluate.h"
#include "layers/reference/layer_reference.h"

namespace fxe::reference {

// A value in exact arithmetic, and the variance of each element's error when it is computed in
// finite precision.
struct Uncertain {
  Shape shape;
  Doubles value, variance;
};

// One operation on uncertain inputs: carries their errors through to first order and adds the operation's own
// roundings. Formulas: docs/design/numerics.md.
Uncertain propagate(const Op&, const std::vector<const Uncertain*>& inputs, const TensorMap& weights,
                    const LayerReference::Rounding&);

}  // namespace fxe::reference
