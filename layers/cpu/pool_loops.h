// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/cpu/step.h"

namespace fxe::cpu {

// Pooling as op.h defines it, in any order that Blocks describes; operands: x, y of the same lanes. Loops of
// our own, because oneDNN's maximum drops NaN and its average counts the overhang of ceil_mode as padding.
Loop pool_loop(const Pool2d& op, const Blocks& x, const Blocks& y);

// Rows of y, on this thread: the maximum over channels-last images, on processors where DirectConv::works().
// Rows of x and y are counted through all images; row i is where row i & mask would be.
struct MaximumRows {
  const float* x;
  float* y;
  int64_t x_row_mask = -1, y_row_mask = -1;
};
void maximum_of_rows(const Pool2d& op, const Blocks& x, const Blocks& y, const MaximumRows&, int64_t first,
                     int64_t last);

}  // namespace fxe::cpu
