// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace fxe {

// Element-wise function, on its own or fused into the layer before it. NaN in gives NaN out in every kind.
struct Activation {
  enum class Kind { none, relu, leaky_relu, clip };

  Kind kind = Kind::none;
  float slope = 0;          // leaky_relu: y = x >= 0 ? x : slope * x
  float low = 0, high = 0;  // clip: y = min(max(x, low), high)

  static Activation none() { return {}; }
  static Activation relu() { return {.kind = Kind::relu}; }
  static Activation relu6() { return clip(0, 6); }
  static Activation leaky_relu(float slope) { return {.kind = Kind::leaky_relu, .slope = slope}; }
  static Activation clip(float low, float high) { return {.kind = Kind::clip, .low = low, .high = high}; }

  explicit operator bool() const { return kind != Kind::none; }
  bool operator==(const Activation&) const = default;
  std::string str() const;  // "relu", "leaky_relu(0.1)", "clip(0,6)"
};

}  // namespace fxe
