// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "metareasoner/calibrate/loss.h"

namespace fxe {

// Whether independent draws of losses show, at error probability `delta`, that their mean is at most `limit`:
// if it were more, the answer would be yes with probability at most delta.
using RiskTest = std::function<bool(std::span<const int8_t> losses, double limit, double delta)>;

// Exact binomial for harm and disagreement (binomial_bound.h), betting for the signed gap (betting_bound.h).
RiskTest risk_test(LossKind);
double risk_upper_bound(LossKind, std::span<const int8_t> losses, double delta);
// The fewest images with which the test can ever say yes; `limit` and `delta` in (0, 1).
int64_t images_needed(LossKind, double limit, double delta);

// Fixed-sequence testing: how many policies of a path pass, counted from its start up to the first failure.
// The path must not depend on the images of the losses. All policies that pass then have a risk of at most
// `limit`, together, with probability at least 1 - delta: a policy with more risk passes only if the first
// such one does. losses_of(p): of policy p, by image, in an order that does not depend on the losses.
size_t fixed_sequence(size_t policies, const std::function<std::span<const int8_t>(size_t p)>& losses_of,
                      double limit, double delta, const RiskTest&);

}  // namespace fxe
