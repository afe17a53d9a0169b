// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/error_bound.h"

#include <cmath>

#include "engine/error.h"
#include "layers/reference/error_propagation.h"

namespace fxe {

NetworkReference reference_network(const Model& model, std::span<const float> input, int64_t n,
                                   const LayerReference::Rounding& rounding) {
  using reference::Uncertain;
  const auto& nodes = model.graph.nodes;
  const std::vector<Shape> shapes = infer_shapes(model.graph, n);
  if (static_cast<size_t>(shapes[0].elements()) != input.size())
    throw bad_input("expected {} input values for {} images, found {}", shapes[0].elements(), n,
                    input.size());

  std::vector<size_t> last_read(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const ValueId id : nodes[i].inputs) last_read[static_cast<size_t>(id)] = i;
  last_read[static_cast<size_t>(model.graph.output)] = nodes.size();

  const Uncertain images{shapes[0], {input.begin(), input.end()}, reference::Doubles(input.size())};
  std::vector<Uncertain> values(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    std::vector<const Uncertain*> inputs;
    for (const ValueId id : nodes[i].inputs) inputs.push_back(&values[static_cast<size_t>(id)]);
    if (i == 0) inputs.push_back(&images);
    values[i] = reference::propagate(nodes[i].op, inputs, model.weights, rounding);
    for (const ValueId id : nodes[i].inputs)
      if (last_read[static_cast<size_t>(id)] == i) values[static_cast<size_t>(id)] = {};
  }
  Uncertain& output = values[static_cast<size_t>(model.graph.output)];
  return {output.shape,
          std::move(output.value),
          reference::mapped(output.variance, [](double v) { return std::sqrt(v); }),
          {}};
}

}  // namespace fxe
