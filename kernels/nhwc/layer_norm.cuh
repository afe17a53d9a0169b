// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/nhwc/layer_norm.h"
#include "kernels/nhwc/nhwc.cuh"

namespace fxe {

// Sums over `threads` neighbours, a power of 2 up to a warp. All threads of the warp must call it.
__device__ inline float sum_of_neighbours(float value, unsigned threads) {
  for (unsigned distance = threads / 2; distance > 0; distance /= 2)
    value += __shfl_xor_sync(0xffffffffu, value, static_cast<int>(distance));
  return value;
}

// `threads` neighbours read a pixel three times: for its mean, for its variance (which would cancel without
// subtracting the mean first), and for the result.
template <class T>
__global__ void nhwc_layer_norm_kernel(Nhwc<T> x, LayerNormParameters norm, unsigned threads, Nhwc<T> y) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  const auto pixel = static_cast<int>(thread / threads);
  const int first = static_cast<int>(thread % threads) * kLanes<T>;
  const int step = static_cast<int>(threads) * kLanes<T>;
  const bool inside = pixel < x.pixels();
  const int end = inside ? x.stored_c : 0;
  const T* from = x.pixel(0, 0, inside ? pixel : 0);

  float sum = 0;
  for (int c = first; c < end; c += step) {
    const Lanes<T> lanes = load_lanes(from + c);
    for (int i = 0; i < kLanes<T>; ++i) sum += lanes.value[i];  // padding adds zero
  }
  const float mean = sum_of_neighbours(sum, threads) / static_cast<float>(x.c);

  float squares = 0;
  for (int c = first; c < end; c += step) {
    const Lanes<T> lanes = load_lanes(from + c);
    for (int i = 0; i < kLanes<T>; ++i) {
      const float difference = c + i < x.c ? lanes.value[i] - mean : 0.0f;
      squares += difference * difference;
    }
  }
  const float variance = sum_of_neighbours(squares, threads) / static_cast<float>(x.c);
  const float factor = 1 / sqrtf(variance + norm.epsilon);

  for (int c = first; c < end; c += step) {
    Lanes<T> lanes = load_lanes(from + c);
    for (float& value : lanes.value) value = (value - mean) * factor;
    if (norm.scale) {
      const Lanes<T> scale = load_channels<T>(norm.scale, c);
      for (int i = 0; i < kLanes<T>; ++i) lanes.value[i] *= scale.value[i];
    }
    if (norm.shift) {
      const Lanes<T> shift = load_channels<T>(norm.shift, c);
      for (int i = 0; i < kLanes<T>; ++i) lanes.value[i] += shift.value[i];
    }
    store_lanes(y, {0, 0, pixel, c, true}, lanes);
  }
}

}  // namespace fxe
