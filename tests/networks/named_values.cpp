// SPDX-License-Identifier: Apache-2.0
#include "tests/networks/named_values.h"

#include <cmath>

#include "networks/registry.h"
#include "tests/support/generate.h"

namespace fxe::test {

namespace {

constexpr uint64_t kSeed = 20240229;

std::vector<float> make_values(const WeightUse& use) {
  Random random(kSeed, use.name);
  const int64_t count = use.shape.elements(), rows = use.shape[0];
  double low = -0.5, range = 1;
  if (count > rows)
    range = 0;
  else if (use.name.ends_with("running_var"))
    low = 0.5, range = 1.5;
  else if (use.name.ends_with("weight") || use.name.ends_with("layer_scale") || use.name.ends_with("gamma"))
    low = 0.5;
  const double largest = std::sqrt(6.0 / static_cast<double>(count / rows));
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) {
    const double u = random.uniform();
    v = static_cast<float>(range > 0 ? low + range * u : largest * (2 * u - 1));
  }
  return values;
}

}  // namespace

Model with_named_weights(Graph graph) {
  const auto shapes = infer_shapes(graph, 1);
  TensorMap weights;
  add_constants(graph, weights);
  for (const Node& node : graph.nodes) {
    for (const WeightUse& use : weights_of(node.op, input_shapes(node, shapes)))
      if (!weights.contains(use.name)) weights[use.name] = Tensor::from_floats(use.shape, make_values(use));
  }
  return bind_weights(std::move(graph), std::move(weights), "named weights");
}

std::vector<float> named_image(const Input& input) {
  Random random(kSeed, "image");
  std::vector<float> values(static_cast<size_t>(input.c * input.h * input.w));
  for (float& v : values) v = static_cast<float>(std::sqrt(3.0) * (2 * random.uniform() - 1));
  return values;
}

}  // namespace fxe::test
