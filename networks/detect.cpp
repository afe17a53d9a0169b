// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/error.h"
#include "networks/registry.h"

namespace fxe {

namespace {

std::vector<WeightUse> all_weights(const Graph& graph) {
  const auto shapes = infer_shapes(graph, 1);
  std::vector<WeightUse> uses;
  for (const auto& node : graph.nodes) {
    std::vector<Shape> inputs;
    for (ValueId i : node.inputs) inputs.push_back(shapes[static_cast<size_t>(i)]);
    for (auto& use : weights_of(node.op, inputs)) uses.push_back(std::move(use));
  }
  return uses;
}

bool reads_names(const std::vector<WeightUse>& uses, const TensorMap& tensors) {
  const auto read = static_cast<size_t>(std::count_if(
      tensors.begin(), tensors.end(), [](const auto& t) { return !is_for_training_only(t.first); }));
  return uses.size() == read &&
         std::all_of(uses.begin(), uses.end(), [&](const auto& u) { return tensors.contains(u.name); });
}

// As bind_weights joins them: a fully connected layer's [k c] serves a 1x1 convolution.
bool same_but_for_trailing_ones(const Shape& a, const Shape& b) {
  for (int i = 0; i < std::max(a.rank(), b.rank()); ++i)
    if ((i < a.rank() ? a[i] : 1) != (i < b.rank() ? b[i] : 1)) return false;
  return true;
}

bool reads_shapes(const std::vector<WeightUse>& uses, const TensorMap& tensors) {
  return std::all_of(uses.begin(), uses.end(), [&](const auto& u) {
    return same_but_for_trailing_ones(tensors.at(u.name).shape, u.shape);
  });
}

}  // namespace

bool is_for_training_only(std::string_view tensor) {
  return tensor.ends_with("num_batches_tracked") || tensor.starts_with("aux1.") ||
         tensor.starts_with("aux2.");
}

std::optional<std::string> detect_network(const TensorMap& tensors) {
  for (const auto& name : network_names()) {
    const auto uses = all_weights(build_network(name));
    if (!reads_names(uses, tensors)) continue;
    if (reads_shapes(uses, tensors)) return name;
    // The same architecture in another size: its first filter tells the width, its last weight the classes.
    const Shape& first = tensors.at(uses.front().name).shape;
    const Shape& last = tensors.at(uses.back().name).shape;
    if (first.rank() != 4 || last.rank() != 1 || first[0] < 1 || last[0] < 1 || last[0] > (1 << 24)) continue;
    const double width = static_cast<double>(first[0]) / static_cast<double>(uses.front().shape[0]);
    if (width < 0.02 || width > 16) continue;
    const auto spec = width == 1 ? fmt::format("{}:classes={}", name, last[0])
                                 : fmt::format("{}:classes={},width={}", name, last[0], width);
    if (reads_shapes(all_weights(build_network(spec)), tensors)) return spec;
  }
  return std::nullopt;
}

}  // namespace fxe
