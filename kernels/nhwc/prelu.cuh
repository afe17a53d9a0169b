// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

template <class T>
__global__ void nhwc_prelu_kernel(Nhwc<T> x, const float* slope, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  Lanes<T> lanes = load_lanes(x.pixel(at.n, at.h, at.w) + at.c);
  const Lanes<T> factor = load_channels<T>(slope, at.c);
  for (int i = 0; i < kLanes<T>; ++i)
    if (lanes.value[i] < 0) lanes.value[i] *= factor.value[i];
  store_lanes(y, at, lanes);
}

}  // namespace fxe
