// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/conv.h"
#include "kernels/nhwc/nhwc.cuh"
#include "kernels/pointwise_function.cuh"

namespace fxe {

template <class T>
__device__ void finish_conv(const DirectConv& conv, const Nhwc<T>& residual, const Nhwc<T>& y,
                            const NhwcPosition& at, Lanes<T>& sum) {
  if (residual.data) {
    const Lanes<T> added = load_lanes(residual.pixel(at.n, at.h, at.w) + at.c);
    for (int i = 0; i < kLanes<T>; ++i) sum.value[i] += added.value[i];
  }
  if (conv.bias) {
    const Lanes<T> bias = load_channels<T>(conv.bias, at.c);
    for (int i = 0; i < kLanes<T>; ++i) sum.value[i] += bias.value[i];
  }
  apply(conv.f, sum.value);
  store_lanes(y, at, sum);
}

// Calls f(pixel of x, filter tap) for every tap that lies inside x.
template <class T, class F>
__device__ void for_each_tap(const Nhwc<T>& x, const DirectConv& conv, const NhwcPosition& at, F f) {
  for (int r = 0; r < conv.r; ++r) {
    const int h = at.h * conv.stride_h - conv.pad_top + r * conv.dilation_h;
    if (h < 0 || h >= x.h) continue;
    for (int s = 0; s < conv.s; ++s) {
      const int w = at.w * conv.stride_w - conv.pad_left + s * conv.dilation_w;
      if (w >= 0 && w < x.w) f(x.pixel(at.n, h, w), r * conv.s + s);
    }
  }
}

template <class T>
__global__ void nhwc_depthwise_kernel(Nhwc<T> x, DirectConv conv, Nhwc<T> residual, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const T* weight = static_cast<const T*>(conv.weight) + at.c;
  Lanes<T> sum{};
  for_each_tap(x, conv, at, [&](const T* pixel, int tap) {
    const Lanes<T> value = load_lanes(pixel + at.c), w = load_lanes(weight + tap * y.stored_c);
    for (int i = 0; i < kLanes<T>; ++i) sum.value[i] += value.value[i] * w.value[i];
  });
  finish_conv(conv, residual, y, at, sum);
}

template <class T>
__global__ void nhwc_direct_conv_kernel(Nhwc<T> x, DirectConv conv, Nhwc<T> residual, Nhwc<T> y) {
  const NhwcPosition at = nhwc_position(y);
  if (!at.inside) return;
  const int group_c = x.c / conv.groups, group_k = y.c / conv.groups;
  const T* weight = static_cast<const T*>(conv.weight) + at.c;
  Lanes<T> sum{};
  for_each_tap(x, conv, at, [&](const T* pixel, int tap) {
    for (int c = 0; c < group_c; ++c) {
      const Lanes<T> w =
          load_lanes(weight + static_cast<size_t>(tap * group_c + c) * static_cast<size_t>(y.stored_c));
      for (int i = 0; i < kLanes<T> && at.c + i < y.c; ++i)
        sum.value[i] += to_float(pixel[(at.c + i) / group_k * group_c + c]) * w.value[i];
    }
  });
  finish_conv(conv, residual, y, at, sum);
}

}  // namespace fxe
