// SPDX-License-Identifier: Apache-2.0
#include "perf/made_up.h"

#include <cmath>

namespace fxe::perf {

std::vector<float> some_values(size_t count, double scale) {
  std::vector<float> values(count);
  uint64_t state = count;
  for (float& v : values) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    v = static_cast<float>(scale * (std::ldexp(static_cast<double>(state >> 33), -30) - 1));
  }
  return values;
}

Model with_some_weights(Graph graph) {
  const auto shapes = infer_shapes(graph, 1);
  TensorMap weights;
  for (const Node& node : graph.nodes) {
    for (const WeightUse& use : weights_of(node.op, input_shapes(node, shapes))) {
      const auto count = static_cast<size_t>(use.shape.elements());
      const double fan_in = static_cast<double>(use.shape.elements() / use.shape[0]);
      weights[use.name] = Tensor::from_floats(use.shape, std::holds_alternative<BatchNorm>(node.op)
                                                             ? std::vector<float>(count, 1.0f)
                                                             : some_values(count, std::sqrt(6 / fan_in)));
    }
  }
  return bind_weights(std::move(graph), std::move(weights), "made-up weights");
}

}  // namespace fxe::perf
