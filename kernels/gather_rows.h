// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/device.h"

namespace fxe {

// The survivors' rows of a plain fp32 tensor, for the next member. n is the batch's capacity.
struct GatherRows {
  int32_t n = 0;
  int64_t elements = 0;                 // of a row
  const float* x = nullptr;             // [n elements], by image
  const int32_t* live = nullptr;        // [n]
  const int32_t* live_count = nullptr;  // [1]
  float* y = nullptr;  // [n elements]; row r <- row live[r] of x, r < live_count; others are left
};

void run_gather_rows_cpu(const GatherRows&);
void launch_gather_rows(Queue&, const GatherRows&);

}  // namespace fxe
