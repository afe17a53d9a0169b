// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc.cuh"

namespace fxe {

template <class T>
__global__ void nhwc_pointwise_kernel(Nhwc<T> x, const float* scale, const float* shift, Nhwc<T> other,
                                      PointwiseFunction f, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  Lanes<T> lanes = load_lanes(x.pixel(at.n, at.h, at.w) + at.c);
  for (int i = 0; i < kLanes<T> && at.c + i < y.c; ++i) {
    if (scale) lanes.value[i] *= scale[at.c + i];
    if (shift) lanes.value[i] += shift[at.c + i];
  }
  if (other.data) {
    const Lanes<T> added = load_lanes(other.pixel(at.n, at.h, at.w) + at.c);
    for (int i = 0; i < kLanes<T>; ++i) lanes.value[i] += added.value[i];
  }
  for (int i = 0; i < kLanes<T>; ++i) lanes.value[i] = apply(f, lanes.value[i]);
  store_lanes(y, at, lanes);
}

}  // namespace fxe
