// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/error_correlation.h"

#include <algorithm>
#include <cmath>

#include "layers/reference/error_propagation.h"
#include "layers/reference/random_rounding.h"
#include "layers/walk_graph.h"

namespace fxe {

namespace {

using reference::Doubles;
using reference::RandomRounding;
using reference::Uncertain;

// One value in exact arithmetic, and on every path with that path's errors.
struct Diverging {
  Uncertain exact;  // variance: 0, so that propagate() gives that of the node's own roundings
  std::vector<Doubles> paths;
};

// How averages are summed: in one row, or in several, as vector registers and warps do. If the terms are
// equal all additions err in one direction, by an amount that depends on the row's length.
constexpr int kAccumulators[] = {1, 16};

bool multiplies(const Op& op) {
  return std::holds_alternative<Conv2d>(op) || std::holds_alternative<Linear>(op);
}

Diverging run_node(const Node& node, uint64_t index, const std::vector<const Diverging*>& inputs,
                   const TensorMap& weights, const LayerReference::Rounding& rounding) {
  std::vector<const Uncertain*> exact;
  std::vector<Shape> shapes;
  for (const Diverging* x : inputs) {
    exact.push_back(&x->exact);
    shapes.push_back(x->exact.shape);
  }
  LayerReference::Rounding own = rounding;
  if (multiplies(node.op)) own.operand = 0;  // operands are rounded one by one
  Diverging out{reference::propagate(node.op, exact, weights, own), {}};
  const Doubles sigma = reference::mapped(out.exact.variance, [](double v) { return std::sqrt(v); });
  std::fill(out.exact.variance.begin(), out.exact.variance.end(), 0.0);
  const auto loaded = std::holds_alternative<Input>(node.op)
                          ? std::vector<Doubles>{}
                          : reference::load_doubles(node.op, shapes, weights);
  for (size_t p = 0; p < inputs[0]->paths.size(); ++p) {
    const RandomRounding random(index, p, rounding);
    std::vector<const Doubles*> values;
    for (const Diverging* x : inputs) values.push_back(&x->paths[p]);
    Doubles operands;
    if (multiplies(node.op) && rounding.operand > 0) {
      operands = random.operands(*values[0]);
      values[0] = &operands;
    }
    std::vector<Doubles> perturbed;
    for (size_t w = 0; w < loaded.size(); ++w)
      perturbed.push_back(random.weights(loaded[w], w, multiplies(node.op)));
    out.paths.push_back(std::visit(
        [&](const auto& op) {
          return reference::evaluate(op, shapes, values, perturbed, out.exact.shape,
                                     kAccumulators[p % std::size(kAccumulators)]);
        },
        node.op));
    random.add_noise(out.paths[p], sigma, out.exact.value);
  }
  return out;
}

// The output of every path.
std::vector<Doubles> random_paths(const Model& model, std::span<const float> input, int64_t n, size_t paths,
                                  const LayerReference::Rounding& rounding) {
  const Doubles images(input.begin(), input.end());
  const Diverging caller{{infer_shapes(model.graph, n)[0], images, Doubles(images.size())}, {paths, images}};
  return walk_graph<Diverging>(model.graph,
                               [&](size_t i, std::vector<const Diverging*> inputs) {
                                 if (i == 0) inputs.push_back(&caller);
                                 return run_node(model.graph.nodes[i], i, inputs, model.weights, rounding);
                               })
      .paths;
}

}  // namespace

ErrorCorrelation error_correlation(const Model& model, std::span<const float> input, int64_t n,
                                   const NetworkReference& independent,
                                   const LayerReference::Rounding& rounding, int paths) {
  const auto outputs = random_paths(model, input, n, static_cast<size_t>(paths), rounding);
  const size_t count = independent.logits.size(), row = count / static_cast<size_t>(n);
  ErrorCorrelation found{Doubles(count, 1.0), Doubles(rounding.operand_truncates ? count : 0)};
  for (size_t first = 0; first < count; first += row) {
    double measured = 0, propagated = 0;  // mean squares over the image
    for (size_t i = first; i < first + row; ++i) {
      const double variance = independent.sigma[i] * independent.sigma[i];
      if (!(variance > 0)) continue;
      double mean = 0, squares = 0;
      if (rounding.operand_truncates)
        for (const Doubles& output : outputs) mean += (output[i] - independent.logits[i]) / paths;
      for (const Doubles& output : outputs)
        squares += std::pow(output[i] - independent.logits[i] - mean, 2) / paths;
      if (!found.shift.empty()) found.shift[i] = std::fabs(mean);
      found.factor[i] = std::max(1.0, std::sqrt(squares / variance));
      measured += squares, propagated += variance;
    }
    for (size_t i = first; i < first + row; ++i)
      if (propagated > 0) found.factor[i] = std::max(found.factor[i], std::sqrt(measured / propagated));
  }
  return found;
}

void widen_by_correlation(NetworkReference& reference, const Model& model, std::span<const float> input,
                          int64_t n, const LayerReference::Rounding& rounding) {
  ErrorCorrelation found = error_correlation(model, input, n, reference, rounding);
  for (size_t i = 0; i < reference.sigma.size(); ++i) reference.sigma[i] *= found.factor[i];
  reference.shift = std::move(found.shift);
}

}  // namespace fxe
