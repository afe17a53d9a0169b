// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "layers/graph.h"

namespace fxe {

// BatchNorm and Scale in one form: y = factor * x + offset per channel, both [c], in double precision. Leaves
// out Scale's activation. Throws run_time_error if `weights` lacks a weight.
struct ChannelAffine {
  std::vector<double> factor, offset;
};
ChannelAffine channel_affine(const BatchNorm&, const TensorMap& weights);
ChannelAffine channel_affine(const Scale&, const TensorMap& weights);

struct Folded {
  Tensor weight;  // the unfolded weight, not copied, with row factors
  Tensor bias;    // [k], fp32
};

// Folds the affine function into a weight whose first dimension is the output channel: w' = factor w and b' =
// factor b + offset, each rounded once to fp32, so that w' x + b' = factor (w x + b) + offset. An empty name
// stands for w = 1 or b = 0. Nothing if a folded value would not be finite.
std::optional<Folded> fold(const ChannelAffine&, const TensorMap& weights, const std::string& weight,
                           const std::string& bias);

}  // namespace fxe
