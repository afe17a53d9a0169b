// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

// Reads single elements, but neighbouring threads read all of a pixel's: memory is read once.
template <class T>
__global__ void nhwc_shuffle_kernel(Nhwc<T> x, int groups, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const T* pixel = x.pixel(at.n, at.h, at.w);
  const int per_group = x.c / groups;
  Lanes<T> lanes{};
  for (int i = 0; i < kLanes<T> && at.c + i < y.c; ++i) {
    const int c = at.c + i;
    lanes.value[i] = to_float(pixel[c % groups * per_group + c / groups]);
  }
  store_lanes(y, at, lanes);
}

}  // namespace fxe
