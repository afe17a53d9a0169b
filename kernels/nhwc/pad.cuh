// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

template <class T>
__global__ void nhwc_pad_kernel(Nhwc<T> x, int top, int left, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const int h = at.h - top, w = at.w - left;
  Lanes<T> lanes{};
  if (h >= 0 && h < x.h && w >= 0 && w < x.w) lanes = load_lanes(x.pixel(at.n, h, w) + at.c);
  store_lanes(y, at, lanes);
}

}  // namespace fxe
