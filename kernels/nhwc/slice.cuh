// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

// If the slice starts at 16 bytes, all of it is aligned.
template <class T>
__global__ void nhwc_slice_kernel(Nhwc<T> x, int first, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const T* from = x.pixel(at.n, at.h, at.w) + first + at.c;
  Lanes<T> lanes{};
  if (first % kLanes<T> == 0)
    lanes = load_lanes(from);
  else
    for (int i = 0; i < kLanes<T> && at.c + i < y.c; ++i) lanes.value[i] = to_float(from[i]);
  store_lanes(y, at, lanes);
}

}  // namespace fxe
