// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.cuh"
#include "kernels/pointwise_function.cuh"

namespace fxe {

template <class T>
__global__ void nhwc_pointwise_kernel(Nhwc<T> x, const float* scale, const float* shift, Nhwc<T> other,
                                      PointwiseFunction f, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  Lanes<T> lanes = load_lanes(x.pixel(at.n, at.h, at.w) + at.c);
  if (scale) {
    const Lanes<T> factor = load_channels<T>(scale, at.c);
    for (int i = 0; i < kLanes<T>; ++i) lanes.value[i] *= factor.value[i];
  }
  if (shift) {
    const Lanes<T> added = load_channels<T>(shift, at.c);
    for (int i = 0; i < kLanes<T>; ++i) lanes.value[i] += added.value[i];
  }
  if (other.data) {
    const Lanes<T> added = load_lanes(other.pixel(at.n, at.h, at.w) + at.c);
    for (int i = 0; i < kLanes<T>; ++i) lanes.value[i] += added.value[i];
  }
  apply(f, lanes.value);
  store_lanes(y, at, lanes);
}

}  // namespace fxe
