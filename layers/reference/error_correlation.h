// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "layers/reference/error_bound.h"

namespace fxe {

// reference_network() takes the errors that enter a layer as independent. In trained networks they move
// together (channels that come from one source, positions that share a weight), and the errors of the logits
// are larger. By which factor is measured here for each of the n images: the network runs `paths` times in
// double precision with every rounding replaced by a random error of the same variance; the factor is the
// root mean square of deviation / sigma over paths and logits, and at least 1. Seeded; costs about paths + 4
// runs of the reference backend. docs/numerics.md.
std::vector<double> error_correlation(
    const Model& model, std::span<const float> input, int64_t n, const NetworkReference& independent,
    const LayerReference::Rounding& = LayerReference::rounding(Precision::fp32), int paths = 8);

// The bound with that factor: every sigma times that of its image. Never smaller than before.
void widen_by_correlation(NetworkReference&, const Model& model, std::span<const float> input, int64_t n,
                          const LayerReference::Rounding& = LayerReference::rounding(Precision::fp32));

}  // namespace fxe
