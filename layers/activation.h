// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fxe {

// Element-wise function, on its own or fused into the layer before it. NaN in gives NaN out in every kind.
struct Activation {
  enum class Kind {
    none,
    relu,
    leaky_relu,    // y = x >= 0 ? x : slope * x
    clip,          // y = min(max(x, low), high)
    sigmoid,       // y = 1 / (1 + exp(-x))
    hard_sigmoid,  // y = min(max(slope * x + offset, 0), 1)
    hard_swish,    // y = x * min(max(x + 3, 0), 6) / 6
    silu,          // y = x * sigmoid(x), also called swish
    gelu,          // y = x / 2 * (1 + erf(x / sqrt(2)))
    gelu_tanh      // y = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))
  };

  Kind kind = Kind::none;
  float slope = 0;          // leaky_relu, hard_sigmoid
  float offset = 0;         // hard_sigmoid
  float low = 0, high = 0;  // clip

  static Activation none() { return {}; }
  static Activation relu() { return {.kind = Kind::relu}; }
  static Activation relu6() { return clip(0, 6); }
  static Activation leaky_relu(float slope) { return {.kind = Kind::leaky_relu, .slope = slope}; }
  static Activation clip(float low, float high) { return {.kind = Kind::clip, .low = low, .high = high}; }
  static Activation sigmoid() { return {.kind = Kind::sigmoid}; }
  // The defaults are PyTorch's; ONNX's are 0.2 and 0.5.
  static Activation hard_sigmoid(float slope = 1.0f / 6, float offset = 0.5f) {
    return {.kind = Kind::hard_sigmoid, .slope = slope, .offset = offset};
  }
  static Activation hard_swish() { return {.kind = Kind::hard_swish}; }
  static Activation silu() { return {.kind = Kind::silu}; }
  static Activation gelu() { return {.kind = Kind::gelu}; }
  static Activation gelu_tanh() { return {.kind = Kind::gelu_tanh}; }

  explicit operator bool() const { return kind != Kind::none; }
  bool operator==(const Activation&) const = default;
  std::string str() const;  // "relu", "leaky_relu(0.1)", "clip(0,6)"
};

}  // namespace fxe
