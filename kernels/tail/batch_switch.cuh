// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/simt.h"
#include "kernels/tail/batch_switch.h"

namespace fxe {

// Chooses the smallest body that holds `live` images, or none if there are none. Called by one thread of
// the grid.
__device__ inline void set_batch(const BatchSwitch& to, int32_t live) {
  if (to.sizes == 0) return;
  int32_t body = live > 0 ? 0 : to.sizes;
  while (body < to.sizes && to.rows[body] < live) ++body;
  cudaGraphSetConditional(to.handle, static_cast<unsigned>(body));
}

}  // namespace fxe
