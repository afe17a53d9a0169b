// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "metareasoner/calibrate/loss.h"
#include "metareasoner/operating_point.h"
#include "metareasoner/replay/signal.h"

namespace fxe {

// A set of a pool's members: its parent in a list plus one member. Lists are in preorder: parents come before
// children, and only descendants of its parent stand between a node and that parent.
struct SetNode {
  size_t depth;   // members in the parent; 0: none
  size_t member;  // position in the pool
};

// What the ensemble of each set says about some images; one entry per image, in order.
struct SetAnswers {
  std::vector<float> signal;  // -infinity if the last member was not scored and so can stop nothing
  std::vector<int8_t> loss;
};

// Computed with the functions that decide (run_tail_cpu), members joined in the order of the path to the
// node. Another order of the same members differs by rounding and, for an image that some member could not
// score, in where that member keeps it from stopping. Only signals that devices know, and top1: throws
// bad_input for the others, and for a compact store.
std::vector<SetAnswers> answers_of_sets(const Store&, const OperatingPoint& pool, ReplaySignal, LossKind,
                                        std::span<const FullAnswer> full, std::span<const size_t> images,
                                        const std::vector<SetNode>& nodes, int threads);

}  // namespace fxe
