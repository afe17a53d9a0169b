// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/gather_rows.h"
#include "kernels/simt.h"

namespace fxe {

inline constexpr unsigned kGatherThreads = 256;

// Grid (parts of a row, n): as many blocks per row as there are, each with a stride over its elements.
__global__ void __launch_bounds__(kGatherThreads) gather_rows_kernel(GatherRows a) {
  const auto r = static_cast<int32_t>(blockIdx.y);
  if (r >= *a.live_count) return;
  const float* x = a.x + a.live[r] * a.elements;
  float* y = a.y + r * a.elements;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (int64_t i = first; i < a.elements; i += static_cast<int64_t>(gridDim.x) * blockDim.x) y[i] = x[i];
}

}  // namespace fxe
