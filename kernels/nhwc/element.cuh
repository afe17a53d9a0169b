// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "kernels/simt.h"
#if defined(__CUDACC__)
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#else
#include "engine/dtype.h"
#endif

// The element types of NHWC values. Kernels compute in fp32: conversion to it is exact, from it rounds to
// nearest even.
namespace fxe {

#if defined(__CUDACC__)

using Half = __half;
using Bfloat16 = __nv_bfloat16;

__device__ inline float to_float(Half x) { return __half2float(x); }
__device__ inline float to_float(Bfloat16 x) { return __bfloat162float(x); }
__device__ inline void from_float(float x, Half& y) { y = __float2half_rn(x); }
__device__ inline void from_float(float x, Bfloat16& y) { y = __float2bfloat16_rn(x); }

#else  // on the host, where the toolkit's headers may be missing

struct Half {
  uint16_t bits;
};
struct Bfloat16 {
  uint16_t bits;
};

inline float to_float(Half x) { return half_to_float(x.bits); }
inline float to_float(Bfloat16 x) { return bfloat16_to_float(x.bits); }
inline void from_float(float x, Half& y) { y.bits = float_to_half(x); }
inline void from_float(float x, Bfloat16& y) { y.bits = float_to_bfloat16(x); }

#endif

__device__ inline float to_float(float x) { return x; }
__device__ inline void from_float(float x, float& y) { y = x; }

template <class T>
__device__ T from_float(float x) {
  T y;
  from_float(x, y);
  return y;
}

}  // namespace fxe
