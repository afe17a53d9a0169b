// SPDX-License-Identifier: Apache-2.0
#include "layers/graph.h"

namespace fxe {

int64_t multiply_adds(const Op& op, const std::vector<Shape>& inputs) {
  if (const auto* conv = std::get_if<Conv2d>(&op))
    return output_shape(op, inputs).elements() * (inputs[0][1] / conv->groups) * conv->filter.h *
           conv->filter.w;
  if (const auto* linear = std::get_if<Linear>(&op)) return inputs[0][0] * inputs[0][1] * linear->k;
  return 0;
}

}  // namespace fxe
