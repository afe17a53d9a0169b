// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/nhwc/lrn.h"
#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

template <class T>
__global__ void nhwc_lrn_kernel(Nhwc<T> x, LrnParameters lrn, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const T* pixel = x.pixel(at.n, at.h, at.w);
  Lanes<T> lanes = load_lanes(pixel + at.c);
  for (int i = 0; i < kLanes<T> && at.c + i < x.c; ++i) {
    const int first = at.c + i - (lrn.size - 1) / 2;
    float squares = 0;
    for (int c = max(first, 0); c < min(first + lrn.size, x.c); ++c) {
      const float value = to_float(pixel[c]);
      squares += value * value;
    }
    const float scale = lrn.k + lrn.alpha / static_cast<float>(lrn.size) * squares;
    lanes.value[i] /= powf(scale, lrn.beta);
  }
  store_lanes(y, at, lanes);
}

}  // namespace fxe
