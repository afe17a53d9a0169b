// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "layers/graph.h"

namespace fxe {

struct Folded {
  Tensor weight;  // of the unfolded weight's shape, fp32
  Tensor bias;    // [k], fp32
};

// The weights w', b' with w' x + b' = norm(w x + b), for a weight whose first dimension is the output
// channel:
//   a = scale / sqrt(variance + epsilon),  w' = a w,  b' = a (b - mean) + shift,
// each computed in double precision and rounded once to fp32. Nothing where a folded value would not be
// finite.
std::optional<Folded> fold_batch_norm(const BatchNorm& norm, const TensorMap& weights,
                                      const std::string& weight, const std::string& bias /* empty: none */);

}  // namespace fxe
