// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/layout.h"
#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

// The image in row n of the batch; -1: none, the row is unused.
__device__ inline int image_of_row(const NhwcRows& rows, int n) {
  if (rows.image != nullptr && n >= *rows.count) return -1;
  return (rows.image == nullptr ? n : rows.image[n]) + (rows.first == nullptr ? 0 : *rows.first);
}

template <class T>
__global__ void nhwc_from_plain_kernel(const float* x, NhwcRows rows, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const int image = image_of_row(rows, at.n);
  Lanes<T> lanes;
  for (int i = 0; i < kLanes<T>; ++i)
    lanes.value[i] =
        image >= 0 && at.c + i < y.c
            ? x[static_cast<size_t>((image * y.c + at.c + i) * y.h + at.h) * static_cast<size_t>(y.w) +
                static_cast<size_t>(at.w)]
            : 0.0f;
  store_lanes(y, at, lanes);
}

// A thread makes all channels of a pixel, so that a warp reads contiguous bytes.
template <class T>
__global__ void nhwc_from_pixels_kernel(const uint8_t* x, const float* values, NhwcRows rows, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const int image = image_of_row(rows, at.n);
  const uint8_t* pixel =
      x + static_cast<size_t>((max(image, 0) * y.h + at.h) * y.w + at.w) * static_cast<size_t>(y.c);
  Lanes<T> lanes;
  for (int i = 0; i < kLanes<T>; ++i) {
    const int c = at.c + i;
    lanes.value[i] = image >= 0 && c < y.c ? values[256 * c + pixel[c]] : 0.0f;
  }
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
