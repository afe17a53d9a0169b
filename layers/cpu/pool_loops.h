// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/cpu/step.h"

namespace fxe::cpu {

// Pooling as op.h defines it, in any order that Blocks describes; operands: x, y of the same lanes. Loops of
// our own, because oneDNN's maximum drops NaN and its average counts the overhang of ceil_mode as padding.
Loop pool_loop(const Pool2d& op, const Blocks& x, const Blocks& y);

}  // namespace fxe::cpu
