// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "layers/backend.h"
#include "layers/graph.h"
#include "layers/plan.h"

namespace fxe {

// A few bytes of a file can describe values of gigabytes. These throw run_time, with both sizes, if less
// memory is available (available_memory.h) than they need, before any is allocated. They do not look at a
// GPU's memory: batch_memory.h does.

// For the weights of all members, as a backend keeps and prepares them, and for its code: oneDNN crashes if
// there is no memory for that.
void expect_memory_for_weights(std::span<const Model* const> members, const Backend&);
// To run a plan of this graph: for the largest value, which it must hold, and for its arena.
void expect_memory_to_run(const Graph&, const Plan&, const Backend&);
// For compare_layers(), which holds a layer's inputs and output in double precision, several times.
void expect_memory_for_comparison(const Graph&, int64_t batch);

}  // namespace fxe
