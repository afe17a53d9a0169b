// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "layers/reference/ops.h"

namespace fxe::reference {

size_t scratch_elements(const Op& op, const Shape& output) {
  return std::holds_alternative<Conv2d>(op) ? static_cast<size_t>(output[2] * output[3]) : 0;
}

std::vector<std::vector<float>> load_weights(const Op& op, const std::vector<Shape>& inputs,
                                             const TensorMap& weights) {
  std::vector<std::vector<float>> loaded;
  for (const WeightUse& use : weights_of(op, inputs)) {
    const auto found = weights.find(use.name);
    if (found == weights.end() || found->second.shape != use.shape)
      throw bad_input("the model has no weight '{}' of shape {}", use.name, use.shape.str());
    loaded.push_back(found->second.to_float());
  }
  return loaded;
}

}  // namespace fxe::reference
