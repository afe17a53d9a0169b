// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "layers/reference/error_bound.h"

namespace fxe {

// reference_network() treats the errors that enter a layer as independent and symmetric. They are not:
// channels from one source err together, positions share the weights' roundings, equal values get equal
// errors, and truncated operands are all too small. This measures the effect: the network runs `paths` times
// in double precision with every rounding replaced by a random one of this structure (random_rounding.h).
// Seeded; costs about paths + 4 runs of the reference backend. docs/design/numerics.md.
struct ErrorCorrelation {
  // Per element: the root mean square of its deviations over sigma, or the same of all logits of its image if
  // that is larger; at least 1.
  std::vector<double> factor;
  std::vector<double> shift;  // |mean deviation|, the effect of truncation; empty without it
};
ErrorCorrelation error_correlation(
    const Model& model, std::span<const float> input, int64_t n, const NetworkReference& independent,
    const LayerReference::Rounding& = LayerReference::rounding(Precision::fp32), int paths = 16);

// Applies both to the bound, which never gets smaller.
void widen_by_correlation(NetworkReference&, const Model& model, std::span<const float> input, int64_t n,
                          const LayerReference::Rounding& = LayerReference::rounding(Precision::fp32));

}  // namespace fxe
