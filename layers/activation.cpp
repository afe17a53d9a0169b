// SPDX-License-Identifier: Apache-2.0
#include "layers/activation.h"

#include <fmt/format.h>

namespace fxe {

std::string Activation::str() const {
  switch (kind) {
    case Kind::none:
      return "none";
    case Kind::relu:
      return "relu";
    case Kind::leaky_relu:
      return fmt::format("leaky_relu({})", slope);
    case Kind::clip:
      return fmt::format("clip({},{})", low, high);
    case Kind::sigmoid:
      return "sigmoid";
    case Kind::hard_sigmoid:
      return fmt::format("hard_sigmoid({},{})", slope, offset);
    case Kind::hard_swish:
      return "hard_swish";
    case Kind::silu:
      return "silu";
    case Kind::gelu:
      return "gelu";
    case Kind::gelu_tanh:
      return "gelu_tanh";
  }
  return "unknown";
}

}  // namespace fxe
