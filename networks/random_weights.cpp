// SPDX-License-Identifier: Apache-2.0
#include "networks/random_weights.h"

#include <algorithm>
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

// The factor on each node's output. A branch added to its input would double the variance, and after 50 of
// them values leave fp16; with one over the root of their number, all of them together contribute a factor
// of e.
std::vector<float> damping(const Graph& graph) {
  const auto sums = std::ranges::count_if(
      graph.nodes, [](const Node& node) { return std::holds_alternative<Add>(node.op); });
  std::vector<float> factors(graph.nodes.size(), 1.0f);
  for (const Node& node : graph.nodes)  // builders add the branch to the shortcut
    if (std::holds_alternative<Add>(node.op))
      factors[static_cast<size_t>(node.inputs[0])] = 1 / std::sqrt(static_cast<float>(sums));
  return factors;
}

bool is_statistic(const Op& op, const std::string& name) {
  const auto* norm = std::get_if<BatchNorm>(&op);
  return norm && (name == norm->mean || name == norm->variance);
}

}  // namespace

TensorMap random_weights(const Graph& graph, uint64_t seed) {
  const auto shapes = infer_shapes(graph, 1);
  std::mt19937_64 random(seed);
  const std::vector<float> factors = damping(graph);
  TensorMap weights;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    for (const WeightUse& use : weights_of(node.op, input_shapes(node, shapes))) {
      std::vector<float> values = make_values(random, node.op, use);
      if (!is_statistic(node.op, use.name))
        for (float& v : values) v *= factors[i];
      weights[use.name] = Tensor::from_floats(use.shape, std::move(values));
    }
  }
  return weights;
}

}  // namespace fxe
