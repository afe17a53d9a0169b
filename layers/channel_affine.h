// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "layers/graph.h"

namespace fxe {

// What BatchNorm and Scale are: y = factor * x + offset per channel, both [c], in double precision. Scale's
// activation is not in it. Throws run_time_error for a weight that `weights` lacks.
struct ChannelAffine {
  std::vector<double> factor, offset;
};
ChannelAffine channel_affine(const BatchNorm&, const TensorMap& weights);
ChannelAffine channel_affine(const Scale&, const TensorMap& weights);

struct Folded {
  Tensor weight;  // the unfolded weight, which is not copied, times factors
  Tensor bias;    // [k], fp32
};

// The weights w' = factor w and b' = factor b + offset, each rounded once to fp32, with
// w' x + b' = factor (w x + b) + offset, for a weight whose first dimension is the output channel. An empty
// name: w is 1, b is 0. Nothing where a folded value would not be finite.
std::optional<Folded> fold(const ChannelAffine&, const TensorMap& weights, const std::string& weight,
                           const std::string& bias);

}  // namespace fxe
