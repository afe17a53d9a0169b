// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cpu/exp.h"
#include "layers/activation.h"
#include "layers/cpu/step.h"

// Activations as loops of our own: comparisons let NaN through, and there are no calls, so that compilers
// vectorise them. Within the bounds of docs/design/numerics.md.
namespace fxe::cpu {

inline float sigmoid(float x) {
  const float e = exp_of_nonpositive(x < 0 ? x : -x);
  return (x < 0 ? e : 1.0f) / (1 + e);
}

// (1 + erf(x / sqrt(2))) / 2, to 1e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
inline float normal_distribution(float x) {
  const float z = (x < 0 ? -x : x) * 0x1.6a09e6p-1f;  // |x| / sqrt(2)
  const float t = 1 / (1 + 0.3275911f * z);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const float above = 0.5f * p * t * exp_of_nonpositive(-z * z);
  return x < 0 ? above : 1 - above;
}

// Calls f with the activation as a function of one float, so that a loop is compiled once per kind.
template <class F>
auto with_activation(const Activation& act, F&& f) {
  switch (act.kind) {
    case Activation::Kind::relu:
      return f([](float x) { return x < 0 ? 0.0f : x; });
    case Activation::Kind::leaky_relu:
      return f([slope = act.slope](float x) { return x < 0 ? slope * x : x; });
    case Activation::Kind::clip:
      return f([low = act.low, high = act.high](float x) { return x < low ? low : x > high ? high : x; });
    case Activation::Kind::sigmoid:
      return f([](float x) { return sigmoid(x); });
    case Activation::Kind::hard_sigmoid:
      return f([slope = act.slope, offset = act.offset](float x) {
        const float y = slope * x + offset;
        return y < 0 ? 0.0f : y > 1 ? 1.0f : y;
      });
    case Activation::Kind::hard_swish:
      return f([](float x) { return x * ((x < -3 ? 0.0f : x > 3 ? 6.0f : x + 3) / 6); });
    case Activation::Kind::silu:
      return f([](float x) { return x * sigmoid(x); });
    case Activation::Kind::gelu:
      return f([](float x) { return x * normal_distribution(x); });
    case Activation::Kind::gelu_tanh:  // (1 + tanh z) / 2 is the sigmoid of 2 z
      return f([](float x) { return x * sigmoid(1.5957691f * (x + 0.044715f * x * x * x)); });
    case Activation::Kind::none:
      break;
  }
  return f([](float x) { return x; });
}

inline float apply(const Activation& act, float x) {
  return with_activation(act, [x](auto a) { return a(x); });
}

// Whether `act` may run element by element over a value of this layout, whatever its order: lanes past the
// last channel must stay zero.
inline bool element_wise(const Activation& act, const Md& md) {
  const auto blocks = blocks_of(md);
  return blocks && (!blocks->padded() || apply(act, 0) == 0);
}

// y[j * step + i] for j < rows, i < columns, in place, on this thread.
void apply_to_rows(const Activation& act, float* y, int rows, int columns, int64_t step);

Loop apply_in_place(const Activation& act, size_t count);  // operands: y
Loop apply_to(const Activation& act, size_t count);        // operands: x, y, which may be equal

}  // namespace fxe::cpu
