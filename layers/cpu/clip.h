// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "layers/activation.h"

namespace fxe::cpu {

// Activations that the tiles of kernels/ apply themselves: y = min(max(x, low), high), and NaN for NaN.
struct Clip {
  float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();
  bool is_all = true;  // if not, the activation itself must still be applied

  static Clip of(const Activation& act) {
    using Kind = Activation::Kind;
    Clip clip;
    if (act.kind == Kind::relu)
      clip.low = 0;
    else if (act.kind == Kind::clip)
      clip.low = act.low, clip.high = act.high;
    else
      clip.is_all = act.kind == Kind::none;
    return clip;
  }
};

}  // namespace fxe::cpu
