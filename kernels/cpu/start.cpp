// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "kernels/tail/start.h"

namespace fxe {

void run_start_cpu(const StartArguments& a) {
  std::iota(a.live, a.live + a.batch->count, 0);
  std::fill_n(a.weight_sum, a.n, 0.0f);
  *a.live_count = a.batch->count;
  *a.deadline = {0, a.batch->deadline_ns};
  if (a.began_ns) *a.began_ns = 0;
}

}  // namespace fxe
