// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

// One warp per row. Exponentials are computed twice, because stored ones are rounded.
template <class T>
__global__ void nhwc_softmax_kernel(Nhwc<T> x, Nhwc<T> y) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  const int n = static_cast<int>(thread / 32), lane = static_cast<int>(thread % 32);
  if (n >= x.n) return;  // whole warps
  const T* from = x.pixel(n, 0, 0);
  T* to = y.pixel(n, 0, 0);
  float largest = -INFINITY;
  for (int c = lane; c < x.c; c += 32) largest = fmaxf(largest, to_float(from[c]));
  for (int distance = 16; distance > 0; distance /= 2)
    largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, distance));
  float sum = 0;
  for (int c = lane; c < x.c; c += 32) sum += expf(to_float(from[c]) - largest);
  for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, distance);
  for (int c = lane; c < y.stored_c; c += 32)
    to[c] = from_float<T>(c < x.c ? expf(to_float(from[c]) - largest) / sum : 0.0f);
}

}  // namespace fxe
