// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/activation.h"
#include "layers/cpu/step.h"

// Activations in loops of our own: written so that comparing with NaN leaves NaN alone.
namespace fxe::cpu {

// Calls f with the activation as a function of one float, so that loops are compiled once for each.
template <class F>
auto with_activation(const Activation& act, F&& f) {
  switch (act.kind) {
    case Activation::Kind::relu:
      return f([](float x) { return x < 0 ? 0.0f : x; });
    case Activation::Kind::leaky_relu:
      return f([slope = act.slope](float x) { return x < 0 ? slope * x : x; });
    case Activation::Kind::clip:
      return f([low = act.low, high = act.high](float x) { return x < low ? low : x > high ? high : x; });
    case Activation::Kind::none:
      break;
  }
  return f([](float x) { return x; });
}

inline float apply(const Activation& act, float x) {
  return with_activation(act, [x](auto a) { return a(x); });
}

// Whether a value of this layout may be passed through `act` element by element, whatever its order: lanes
// past the last channel must stay zero.
inline bool element_wise(const Activation& act, const Md& md) {
  const auto blocks = blocks_of(md);
  return blocks && (!blocks->padded() || apply(act, 0) == 0);
}

Loop apply_in_place(const Activation& act, size_t count);  // operands: y
Loop apply_to(const Activation& act, size_t count);        // operands: x, y, which may be equal

}  // namespace fxe::cpu
