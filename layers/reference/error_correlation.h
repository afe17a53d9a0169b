// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "layers/reference/error_bound.h"

namespace fxe {

// reference_network() takes the errors that enter a layer as independent, and each as likely up as down. They
// are not: channels that come from one source err together, positions share the weights' roundings, equal
// values get equal errors, and truncated operands are all too small. What that does is measured here: the
// network runs `paths` times in double precision with every rounding replaced by a random one that has this
// structure (random_rounding.h). Seeded; costs about paths + 4 runs of the reference backend.
// docs/numerics.md.
struct ErrorCorrelation {
  // By element: the root mean square of its deviations over sigma, or that of all logits of its image over
  // theirs where that is more; at least 1.
  std::vector<double> factor;
  std::vector<double> shift;  // |mean deviation|, which truncation leaves; empty without it
};
ErrorCorrelation error_correlation(
    const Model& model, std::span<const float> input, int64_t n, const NetworkReference& independent,
    const LayerReference::Rounding& = LayerReference::rounding(Precision::fp32), int paths = 16);

// The bound with both. Never smaller than before.
void widen_by_correlation(NetworkReference&, const Model& model, std::span<const float> input, int64_t n,
                          const LayerReference::Rounding& = LayerReference::rounding(Precision::fp32));

}  // namespace fxe
