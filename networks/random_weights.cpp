// SPDX-License-Identifier: Apache-2.0
#include "networks/random_weights.h"

#include <cmath>
#include <random>

namespace fxe {

namespace {

std::vector<float> make_values(std::mt19937_64& random, const Op& op, const WeightUse& use) {
  float mean = 0, deviation = 0.1f;
  if (use.shape.rank() > 1)
    deviation = static_cast<float>(
        std::sqrt(2.0 * static_cast<double>(use.shape[0]) / static_cast<double>(use.shape.elements())));
  std::vector<float> values(static_cast<size_t>(use.shape.elements()));
  const auto* norm = std::get_if<BatchNorm>(&op);
  if (norm && use.name == norm->variance) {
    std::uniform_real_distribution<float> variance(0.5f, 1.5f);
    for (float& v : values) v = variance(random);
    return values;
  }
  if (norm && use.name == norm->scale) mean = 1;
  std::normal_distribution<float> normal(mean, deviation);
  for (float& v : values) v = normal(random);
  return values;
}

}  // namespace

TensorMap random_weights(const Graph& graph, uint64_t seed) {
  const auto shapes = infer_shapes(graph, 1);
  std::mt19937_64 random(seed);
  TensorMap weights;
  for (const Node& node : graph.nodes) {
    std::vector<Shape> inputs;
    for (const ValueId id : node.inputs) inputs.push_back(shapes[static_cast<size_t>(id)]);
    for (const WeightUse& use : weights_of(node.op, inputs))
      weights[use.name] = Tensor::from_floats(use.shape, make_values(random, node.op, use));
  }
  return weights;
}

}  // namespace fxe
