// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/channels.h"
#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

// One thread per channel written: places need not start at 16 bytes.
template <class T>
__global__ void nhwc_place_channels_kernel(Nhwc<T> x, ChannelPlace place, Nhwc<T> y) {
  const unsigned index = blockIdx.x * blockDim.x + threadIdx.x;
  const auto channels = static_cast<unsigned>(place.to - place.from);
  const unsigned pixel = index / channels;
  if (pixel >= static_cast<unsigned>(y.pixels())) return;
  const int c = place.from + static_cast<int>(index % channels), from_c = c - place.first;
  const int w = static_cast<int>(pixel) % y.w, row = static_cast<int>(pixel) / y.w, h = row % y.h,
            n = row / y.h;
  y.pixel(n, h, w)[c] = from_c >= 0 && from_c < x.c
                            ? x.pixel(n, h * place.stride_h, w * place.stride_w)[from_c]
                            : from_float<T>(0);
}

}  // namespace fxe
