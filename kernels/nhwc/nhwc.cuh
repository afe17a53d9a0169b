// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/element.cuh"
#include "kernels/nhwc/nhwc.h"

// What the kernels on NHWC values share. They compute in fp32, and unless they say otherwise each
// thread makes 16 bytes of the output: kLanes<T> channels of one pixel. Neighbouring threads touch
// neighbouring addresses.
namespace fxe {

// NhwcTensor as a kernel's argument.
template <class T>
struct Nhwc {
  T* data;
  int n, h, w, c, stored_c;

  explicit Nhwc(const NhwcTensor& t)
      : data(static_cast<T*>(t.data)),
        n(static_cast<int>(t.n)),
        h(static_cast<int>(t.h)),
        w(static_cast<int>(t.w)),
        c(static_cast<int>(t.c)),
        stored_c(static_cast<int>(t.stored_c)) {}

  __device__ int pixels() const { return n * h * w; }
  __device__ T* pixel(int in, int ih, int iw) const {
    return data + static_cast<size_t>((in * h + ih) * w + iw) * static_cast<size_t>(stored_c);
  }
};

template <class T>
inline constexpr int kLanes = static_cast<int>(16 / sizeof(T));

template <class T>
struct Lanes {
  float value[kLanes<T>];
};

template <class T>
struct alignas(16) PackedLanes {
  T value[kLanes<T>];
};

// `at` is a multiple of 16 bytes.
template <class T>
__device__ Lanes<T> load_lanes(const T* at) {
  const PackedLanes<T> packed = *reinterpret_cast<const PackedLanes<T>*>(at);
  Lanes<T> lanes;
  for (int i = 0; i < kLanes<T>; ++i) lanes.value[i] = to_float(packed.value[i]);
  return lanes;
}

// Per-channel numbers, fp32, from channel c on; `values` has as many as channels are stored.
template <class T>
__device__ Lanes<T> load_channels(const float* values, int c) {
  Lanes<T> lanes;
  for (int i = 0; i < kLanes<T>; i += kLanes<float>) {
    const Lanes<float> four = load_lanes(values + c + i);
    for (int j = 0; j < kLanes<float>; ++j) lanes.value[i + j] = four.value[j];
  }
  return lanes;
}

// The channels a thread is responsible for: c to c + kLanes<T> - 1 of one pixel.
struct NhwcPosition {
  int n, h, w, c;
  bool inside;  // false: the thread has nothing to do
};

// The `index`-th group of `lanes` channels.
template <class T>
__device__ NhwcPosition nhwc_position(const Nhwc<T>& y, unsigned lanes) {
  const unsigned index = blockIdx.x * blockDim.x + threadIdx.x;
  const auto groups = static_cast<unsigned>(y.stored_c) / lanes, w = static_cast<unsigned>(y.w),
             h = static_cast<unsigned>(y.h);
  const unsigned pixel = index / groups, row = pixel / w;
  return {static_cast<int>(row / h), static_cast<int>(row % h), static_cast<int>(pixel % w),
          static_cast<int>(index % groups * lanes), pixel < static_cast<unsigned>(y.pixels())};
}

template <class T>
__device__ NhwcPosition nhwc_position(const Nhwc<T>& y) {
  return nhwc_position(y, kLanes<T>);
}

// Channels past c are stored as zeros, whatever the lanes hold.
template <class T>
__device__ void store_lanes(const Nhwc<T>& y, const NhwcPosition& at, const Lanes<T>& lanes) {
  PackedLanes<T> packed;
  for (int i = 0; i < kLanes<T>; ++i) packed.value[i] = from_float<T>(at.c + i < y.c ? lanes.value[i] : 0.0f);
  *reinterpret_cast<PackedLanes<T>*>(y.pixel(at.n, at.h, at.w) + at.c) = packed;
}

}  // namespace fxe
