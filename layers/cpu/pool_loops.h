// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/cpu/rows_at.h"
#include "layers/cpu/step.h"

namespace fxe::cpu {

// Pooling as op.h defines it, in any order that Blocks describes; operands: x, y with the same lanes. Own
// loops, because oneDNN's max pooling drops NaN and its average counts ceil_mode's overhang as padding.
Loop pool_loop(const Pool2d& op, const Blocks& x, const Blocks& y);

// Rows first to last - 1 of y, on this thread: max pooling of channels-last images, on processors
// where DirectConv::works().
void maximum_of_rows(const Pool2d& op, const Blocks& bx, const Blocks& by, RowsAt<const float> x,
                     RowsAt<float> y, int64_t first, int64_t last);

}  // namespace fxe::cpu
