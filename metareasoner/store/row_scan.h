// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace fxe {

// How many classes precede class `own` in `scores`, by (larger score, then lower index). Vectorised.
int32_t classes_ahead(std::span<const float> scores, int32_t own);

// The largest score of all classes but `best`; -infinity if there is no other.
float largest_but(std::span<const float> scores, int32_t best);

// The first class with the largest score; finite scores.
int32_t largest_class(std::span<const float> scores);

// -sum P log P in nats: for P = softmax(m), where m_best is the largest and p_best = P[best]; and for
// P itself.
float entropy_of_logits(std::span<const float> m, float m_best, float p_best);
float entropy_of_probabilities(std::span<const float> p);

}  // namespace fxe
