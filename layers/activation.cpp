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
  }
  return "unknown";
}

}  // namespace fxe
