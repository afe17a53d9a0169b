// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "layers/graph.h"
#include "weights_converter/onnx/algebra.h"
#include "weights_converter/onnx/node.h"

// Exporters spell functions out: GELU as Div, Erf, Add, Mul, Mul; layer normalisation as two means, a
// power and a root. The import follows what such a chain computes, in a normal form, until it is one of
// fxe's functions.
namespace fxe {

// A function of the value `base` that is not in the graph yet: of each element, or of each pixel's channels.
struct OnnxFunction {
  OnnxAlgebra::Polynomial value;                            // in x, which is the base
  OnnxNode node;                                            // computes the last step
  std::vector<std::shared_ptr<const OnnxFunction>> inputs;  // of the last step; empty: the base itself

  // The last step, if fxe can do it on its own: on inputs[0], or on the sum of both inputs.
  std::optional<Activation> act;
  std::optional<std::pair<double, double>> affine;  // a x + b
  bool sum = false;

  int depth = 0;
  mutable ValueId made = -1;  // the graph's node that computes it, once there is one
};

// What the function is: an Activation, a LayerNorm without scale and shift, a x + b, or nothing fxe has. An
// activation's constants must be those of its definition in fp32, up to a few roundings. GELU and hard swish
// also accept six printed digits: 1.41421 for the root of 2, and 0.166667 for a sixth.
std::optional<Activation> as_activation(const OnnxAlgebra&, const OnnxAlgebra::Polynomial&);
std::optional<LayerNorm> as_layer_norm(OnnxAlgebra&, const OnnxAlgebra::Polynomial&);
std::optional<std::pair<double, double>> as_affine(const OnnxAlgebra::Polynomial&);

}  // namespace fxe
