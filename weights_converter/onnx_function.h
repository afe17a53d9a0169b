// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "layers/graph.h"
#include "weights_converter/onnx_node.h"

// Exporters spell functions out: GELU as Div, Erf, Add, Mul, Mul; layer normalisation as two means, a power
// and a root. Such chains are followed by what they compute on fixed sample pixels, whatever their spelling,
// until they are one of fxe's functions.
namespace fxe {

// A function of the value `base`, not in the graph yet: of each element, or of each pixel's channels.
struct OnnxFunction {
  std::vector<double> samples;  // on sample_pixels()
  std::vector<double> numbers;  // constants met on the way: one of them is a layer norm's epsilon
  OnnxNode node;                // that computes the last step
  std::vector<std::shared_ptr<const OnnxFunction>> inputs;  // of the last step; empty: the base itself

  // The last step, where fxe can do it on its own: on inputs[0], or the sum of both inputs.
  std::optional<Activation> act;
  std::optional<std::pair<double, double>> affine;  // a x + b
  bool sum = false;

  int depth = 0;
  mutable ValueId made = -1;  // the node of the graph that computes it, once there is one
};

// Pixels of 16 channels, one after the other: some close together, some spread, some far out.
constexpr size_t kSampleChannels = 16;
const std::vector<double>& sample_pixels();

// What the samples are: Activation, LayerNorm without scale and shift, or nothing that fxe has. Equal means
// to 1e-5, so that a sixth written as 0.166667 is one.
std::optional<Activation> as_activation(const OnnxFunction&);
std::optional<LayerNorm> as_layer_norm(const OnnxFunction&);
std::optional<std::pair<double, double>> as_affine(const OnnxFunction&);  // a x + b

}  // namespace fxe
