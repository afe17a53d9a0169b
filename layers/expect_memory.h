// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "layers/backend.h"

namespace fxe {

// A few bytes of a file can describe values of gigabytes. These throw run_time, with both sizes, if less
// memory is available (available_memory.h) than they need, before any is allocated. They do not look at a
// GPU's memory: batch_memory.h does.

// For the largest value of a graph, which every plan of it must hold. shapes: from infer_shapes().
void expect_memory_for_values(const Graph&, std::span<const Shape> shapes, const Backend&);
// For the arena of a plan.
void expect_memory_for_arena(size_t bytes, int64_t batch, const Backend&);
// For compare_layers(), which holds a layer's inputs and output in double precision, several times.
void expect_memory_for_comparison(const Graph&, int64_t batch);

}  // namespace fxe
