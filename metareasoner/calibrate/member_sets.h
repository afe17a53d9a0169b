// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "metareasoner/calibrate/loss.h"
#include "metareasoner/operating_point.h"
#include "metareasoner/replay/signal.h"

namespace fxe {

// A set of members of a pool, as its parent in a list and one member more. A list is in preorder: parents
// come before children, and between a node and its parent there are only descendants of that parent.
struct SetNode {
  size_t depth;   // members in the parent; 0: none
  size_t member;  // position in the pool
};

// What the ensemble of each set says about some images; one entry per image, in their order.
struct SetAnswers {
  std::vector<float> signal;  // -infinity where the last member was not scored: it can stop nothing
  std::vector<int8_t> loss;
};

// Computed with the functions that decide (run_tail_cpu), members joined in the order of the path to the
// node; another order of the same members differs by rounding, and, for an image that some member could not
// score, in where that member leaves it unable to stop. Signals that devices know and top1; throws bad_input
// for the others, and for a compact store.
std::vector<SetAnswers> answers_of_sets(const Store&, const OperatingPoint& pool, ReplaySignal, LossKind,
                                        std::span<const FullAnswer> full, std::span<const size_t> images,
                                        const std::vector<SetNode>& nodes, int threads);

}  // namespace fxe
