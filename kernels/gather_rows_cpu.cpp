// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/gather_rows.h"

namespace fxe {

void run_gather_rows_cpu(const GatherRows& a) {
  for (int32_t r = 0; r < *a.live_count; ++r)
    std::copy_n(a.x + a.live[r] * a.elements, a.elements, a.y + r * a.elements);
}

}  // namespace fxe
