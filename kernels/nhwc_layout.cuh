// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc.cuh"

namespace fxe {

template <class T>
__global__ void nhwc_from_plain_kernel(const float* x, const int32_t* rows, const int32_t* row_count,
                                       Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const bool used = rows == nullptr || at.n < *row_count;
  const int image = used && rows != nullptr ? rows[at.n] : at.n;
  Lanes<T> lanes;
  for (int i = 0; i < kLanes<T>; ++i)
    lanes.value[i] =
        used && at.c + i < y.c
            ? x[static_cast<size_t>((image * y.c + at.c + i) * y.h + at.h) * static_cast<size_t>(y.w) +
                static_cast<size_t>(at.w)]
            : 0.0f;
  store_lanes(y, at, lanes);
}

template <class T>
__global__ void nhwc_to_plain_kernel(Nhwc<T> x, float* y) {
  const NhwcPosition at = nhwc_position(x);
  if (!at.inside) return;
  const Lanes<T> lanes = load_lanes(x.pixel(at.n, at.h, at.w) + at.c);
  for (int i = 0; i < kLanes<T> && at.c + i < x.c; ++i)
    y[static_cast<size_t>((at.n * x.c + at.c + i) * x.h + at.h) * static_cast<size_t>(x.w) +
      static_cast<size_t>(at.w)] = lanes.value[i];
}

template <class T>
__global__ void nhwc_flatten_kernel(Nhwc<T> x, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const int plane = x.h * x.w;
  Lanes<T> lanes;
  for (int i = 0; i < kLanes<T>; ++i) {
    const int c = at.c + i, in_plane = c % plane;
    lanes.value[i] = c < y.c ? to_float(x.pixel(at.n, in_plane / x.w, in_plane % x.w)[c / plane]) : 0.0f;
  }
  store_lanes(y, at, lanes);
}

}  // namespace fxe
