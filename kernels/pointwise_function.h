// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fxe {

// Element-wise function at the end of a kernel, in fp32; NaN stays NaN. Definitions: layers/activation.h.
struct PointwiseFunction {
  enum class Kind { none, relu, leaky_relu, clip, sigmoid, hard_sigmoid, hard_swish, silu, gelu, gelu_tanh };
  Kind kind = Kind::none;
  float slope = 0;          // leaky_relu, hard_sigmoid
  float offset = 0;         // hard_sigmoid
  float low = 0, high = 0;  // clip
};

}  // namespace fxe
