// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/error_correlation.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "layers/reference/error_propagation.h"

namespace fxe {

namespace {

using reference::Doubles;
using reference::Uncertain;

// One value in exact arithmetic, and on every path with that path's errors.
struct Diverging {
  Uncertain exact;  // variance: 0, so that propagate() gives that of a node's own roundings
  std::vector<Doubles> paths;
};

Diverging run_node(const Node& node, const std::vector<const Diverging*>& inputs, const TensorMap& weights,
                   const LayerReference::Rounding& rounding, std::mt19937_64& random) {
  std::vector<const Uncertain*> exact;
  std::vector<Shape> shapes;
  for (const Diverging* x : inputs) {
    exact.push_back(&x->exact);
    shapes.push_back(x->exact.shape);
  }
  Diverging out{reference::propagate(node.op, exact, weights, rounding), {}};
  const Doubles sigma = reference::mapped(out.exact.variance, [](double v) { return std::sqrt(v); });
  std::fill(out.exact.variance.begin(), out.exact.variance.end(), 0.0);
  const auto loaded = reference::load_doubles(node.op, shapes, weights);
  std::normal_distribution<double> normal;
  for (size_t p = 0; p < inputs[0]->paths.size(); ++p) {
    std::vector<const Doubles*> values;
    for (const Diverging* x : inputs) values.push_back(&x->paths[p]);
    out.paths.push_back(std::visit(
        [&](const auto& op) { return reference::evaluate(op, shapes, values, loaded, out.exact.shape); },
        node.op));
    for (size_t i = 0; i < sigma.size(); ++i)
      if (sigma[i] > 0) out.paths[p][i] += sigma[i] * normal(random);
  }
  return out;
}

// The output of every path.
std::vector<Doubles> random_paths(const Model& model, std::span<const float> input, int64_t n, size_t paths,
                                  const LayerReference::Rounding& rounding) {
  const auto& nodes = model.graph.nodes;
  std::vector<size_t> last_read(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const ValueId id : nodes[i].inputs) last_read[static_cast<size_t>(id)] = i;
  last_read[static_cast<size_t>(model.graph.output)] = nodes.size();

  std::mt19937_64 random(1);
  std::vector<Diverging> values(nodes.size());
  const Doubles images(input.begin(), input.end());
  values[0] = {{infer_shapes(model.graph, n)[0], images, Doubles(images.size())}, {paths, images}};
  for (size_t i = 1; i < nodes.size(); ++i) {
    std::vector<const Diverging*> inputs;
    for (const ValueId id : nodes[i].inputs) inputs.push_back(&values[static_cast<size_t>(id)]);
    values[i] = run_node(nodes[i], inputs, model.weights, rounding, random);
    for (const ValueId id : nodes[i].inputs)
      if (last_read[static_cast<size_t>(id)] == i) values[static_cast<size_t>(id)] = {};
  }
  return std::move(values[static_cast<size_t>(model.graph.output)].paths);
}

}  // namespace

std::vector<double> error_correlation(const Model& model, std::span<const float> input, int64_t n,
                                      const NetworkReference& independent,
                                      const LayerReference::Rounding& rounding, int paths) {
  const auto outputs = random_paths(model, input, n, static_cast<size_t>(paths), rounding);
  const size_t images = static_cast<size_t>(n), row = independent.logits.size() / images;
  std::vector<double> factors;
  for (size_t image = 0; image < images; ++image) {
    double squares = 0, count = 0;
    for (const Doubles& output : outputs)
      for (size_t i = image * row; i < (image + 1) * row; ++i) {
        if (!(independent.sigma[i] > 0)) continue;
        const double deviation = (output[i] - independent.logits[i]) / independent.sigma[i];
        squares += deviation * deviation;
        ++count;
      }
    factors.push_back(count > 0 ? std::max(1.0, std::sqrt(squares / count)) : 1);
  }
  return factors;
}

void widen_by_correlation(NetworkReference& reference, const Model& model, std::span<const float> input,
                          int64_t n, const LayerReference::Rounding& rounding) {
  const auto factors = error_correlation(model, input, n, reference, rounding);
  const size_t row = reference.sigma.size() / factors.size();
  for (size_t i = 0; i < reference.sigma.size(); ++i) reference.sigma[i] *= factors[i / row];
}

}  // namespace fxe
