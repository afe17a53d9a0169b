// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "layers/reference/layer_reference.h"

namespace fxe {

// How far a whole network computed in finite precision may be from exact arithmetic: the standard
// deviation of each element's error, propagated to first order through the layers, with each rounding an
// independent error of mean 0 (Higham and Mary 2019). docs/design/numerics.md has the derivation, assumptions
// and measured head-room.
struct NetworkReference {
  // |y - r| is accepted up to this many sigma.
  static constexpr double kSigmas = 8;

  Shape shape;
  std::vector<double> logits;  // r, in double precision throughout
  std::vector<double> sigma;   // of each element's error
  std::vector<double> shift;   // a common offset that all may have (error_correlation.h); empty: 0

  double bound(size_t i) const { return kSigmas * sigma[i] + (shift.empty() ? 0 : shift[i]); }
};

// `input`: n images [c h w]. Works on the model as given, with or without optimize(): the result is that of
// the source network in exact arithmetic, whatever order a backend computes it in. Takes about twice the time
// of the reference backend.
NetworkReference reference_network(
    const Model& model, std::span<const float> input, int64_t n,
    const LayerReference::Rounding& = LayerReference::rounding(Precision::fp32));

}  // namespace fxe
