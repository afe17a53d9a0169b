// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/error_bound.h"

#include <cmath>

#include "engine/error.h"
#include "layers/reference/error_propagation.h"
#include "layers/walk_graph.h"

namespace fxe {

NetworkReference reference_network(const Model& model, std::span<const float> input, int64_t n,
                                   const LayerReference::Rounding& rounding) {
  using reference::Uncertain;
  const std::vector<Shape> shapes = infer_shapes(model.graph, n);
  if (static_cast<size_t>(shapes[0].elements()) != input.size())
    throw bad_input("expected {} input values for {} images, found {}", shapes[0].elements(), n,
                    input.size());

  const Uncertain images{shapes[0], {input.begin(), input.end()}, reference::Doubles(input.size())};
  Uncertain output = walk_graph<Uncertain>(model.graph, [&](size_t i, std::vector<const Uncertain*> inputs) {
    if (i == 0) inputs.push_back(&images);
    return reference::propagate(model.graph.nodes[i].op, inputs, model.weights, rounding);
  });
  return {output.shape,
          std::move(output.value),
          reference::mapped(output.variance, [](double v) { return std::sqrt(v); }),
          {}};
}

}  // namespace fxe
