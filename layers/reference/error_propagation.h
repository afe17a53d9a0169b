// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/reference/evaluate.h"
#include "layers/reference/layer_reference.h"

namespace fxe::reference {

// A value in exact arithmetic and the variance of the error of each element when it is computed in finite
// precision.
struct Uncertain {
  Shape shape;
  Doubles value, variance;
};

// One operation on uncertain inputs: their errors carried through it to first order, and the roundings of the
// operation itself added. Formulas: docs/numerics.md.
Uncertain propagate(const Op&, const std::vector<const Uncertain*>& inputs, const TensorMap& weights,
                    const LayerReference::Rounding&);

}  // namespace fxe::reference
