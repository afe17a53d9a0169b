// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/nhwc/nhwc.cuh"
#include "kernels/nhwc/pool.h"

namespace fxe {

template <class T>
__global__ void nhwc_pool_kernel(Nhwc<T> x, PoolWindow window, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const int top = at.h * window.stride_h - window.pad_top, left = at.w * window.stride_w - window.pad_left;
  const int bottom = min(top + window.r, x.h + window.pad_bottom);
  const int right = min(left + window.s, x.w + window.pad_right);
  const int h0 = max(top, 0), h1 = min(bottom, x.h), w0 = max(left, 0), w1 = min(right, x.w);

  Lanes<T> y_lanes;
  for (int i = 0; i < kLanes<T>; ++i) y_lanes.value[i] = window.maximum ? -INFINITY : 0.0f;
  for (int h = h0; h < h1; ++h)
    for (int w = w0; w < w1; ++w) {
      const Lanes<T> x_lanes = load_lanes(x.pixel(at.n, h, w) + at.c);
      for (int i = 0; i < kLanes<T>; ++i) {
        const float value = x_lanes.value[i];
        float& result = y_lanes.value[i];
        if (!window.maximum)
          result += value;
        else if (value > result || value != value)
          result = value;  // nothing is larger than a NaN
      }
    }
  if (!window.maximum) {
    const int size = window.count_padding ? (bottom - top) * (right - left) : (h1 - h0) * (w1 - w0);
    for (int i = 0; i < kLanes<T>; ++i) y_lanes.value[i] /= static_cast<float>(size);
  }
  store_lanes(y, at, y_lanes);
}

// One warp sums a few neighbouring lane groups, each with kMeanThreads of its threads, which take every
// kMeanThreads-th pixel.
inline constexpr unsigned kMeanThreads = 8;

template <class T>
__global__ void nhwc_mean_kernel(Nhwc<T> x, Nhwc<T> y) {
  constexpr unsigned kGroups = 32 / kMeanThreads;  // per warp
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  const unsigned index = thread / 32 * kGroups + thread % kGroups;
  const unsigned groups = static_cast<unsigned>(y.stored_c) / kLanes<T>;
  NhwcPosition at{static_cast<int>(index / groups), 0, 0, static_cast<int>(index % groups) * kLanes<T>,
                  false};
  at.inside = at.n < y.n;

  Lanes<T> sum{};
  const int pixels = x.h * x.w;
  if (at.inside)
    for (int pixel = static_cast<int>(thread % 32 / kGroups); pixel < pixels; pixel += kMeanThreads) {
      const Lanes<T> lanes = load_lanes(x.pixel(at.n, 0, pixel) + at.c);
      for (int i = 0; i < kLanes<T>; ++i) sum.value[i] += lanes.value[i];
    }
  for (int i = 0; i < kLanes<T>; ++i) {
    for (unsigned distance = 16; distance >= kGroups; distance /= 2)
      sum.value[i] += __shfl_xor_sync(0xffffffffu, sum.value[i], static_cast<int>(distance));
    sum.value[i] /= static_cast<float>(pixels);
  }
  if (at.inside && thread % 32 < kGroups) store_lanes(y, at, sum);
}

}  // namespace fxe
