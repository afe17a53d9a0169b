// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "layers/backend.h"

namespace fxe {

// A few bytes of a file can describe values of gigabytes. Where there is less memory than they take
// (available_memory.h) these throw run_time, with both sizes, before any is taken. A GPU's memory is not
// theirs: batch_memory.h.

// For the largest value of a graph, which every plan of it has to hold. shapes: as infer_shapes() has them.
void expect_memory_for_values(const Graph&, std::span<const Shape> shapes, const Backend&);
// For the arena of a plan.
void expect_memory_for_arena(size_t bytes, int64_t batch, const Backend&);
// For compare_layers(), which holds what a layer reads and makes in double precision, several times.
void expect_memory_for_comparison(const Graph&, int64_t batch);

}  // namespace fxe
