// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/pointwise_function.h"
#include "kernels/simt.h"

// Errors of the functions: docs/design/numerics.md. Comparisons are written so that a NaN fails them and
// is returned.
namespace fxe {

__device__ inline float clip(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

// If the exponential overflows, the quotient is 0, as it should be.
__device__ inline float times_sigmoid(float x, float z) { return x / (1 + expf(-z)); }

__device__ inline float gelu(float x) { return 0.5f * x * (1 + erff(x * 0x1.6a09e6p-1f)); }  // sqrt(1/2)

// (1 + tanh z) / 2 is the sigmoid of 2 z.
__device__ inline float gelu_tanh(float x) {
  return times_sigmoid(x, 0x1.988454p+0f * (x + 0.044715f * x * x * x));  // sqrt(8 / pi)
}

// values[i] = f(values[i]), with one branch for all of them.
template <int count>
__device__ void apply(const PointwiseFunction& f, float (&values)[count]) {
  using Kind = PointwiseFunction::Kind;
  const auto each = [&](auto function) {
    for (float& x : values) x = function(x);
  };
  switch (f.kind) {
    case Kind::none:
      return;
    case Kind::relu:
      return each([](float x) { return x < 0 ? 0.0f : x; });
    case Kind::leaky_relu:
      return each([&](float x) { return x < 0 ? f.slope * x : x; });
    case Kind::clip:
      return each([&](float x) { return clip(x, f.low, f.high); });
    case Kind::sigmoid:
      return each([](float x) { return times_sigmoid(1, x); });
    case Kind::hard_sigmoid:
      return each([&](float x) { return clip(f.slope * x + f.offset, 0, 1); });
    case Kind::hard_swish:
      return each([](float x) { return x * clip(x * (1.0f / 6) + 0.5f, 0, 1); });
    case Kind::silu:
      return each([](float x) { return times_sigmoid(x, x); });
    case Kind::gelu:
      return each([](float x) { return gelu(x); });
    case Kind::gelu_tanh:
      return each([](float x) { return gelu_tanh(x); });
  }
}

}  // namespace fxe
