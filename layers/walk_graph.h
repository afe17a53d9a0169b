// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "layers/graph.h"

namespace fxe {

// Computes a graph's values node by node: T compute(size_t node, const std::vector<const T*>& inputs). Frees
// each after its last reader. Returns the graph's output.
template <class T, class Compute>
T walk_graph(const Graph& graph, Compute compute) {
  const auto& nodes = graph.nodes;
  std::vector<size_t> last_reader(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const ValueId id : nodes[i].inputs) last_reader[static_cast<size_t>(id)] = i;
  last_reader[static_cast<size_t>(graph.output)] = nodes.size();

  std::vector<T> values(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    std::vector<const T*> inputs;
    for (const ValueId id : nodes[i].inputs) inputs.push_back(&values[static_cast<size_t>(id)]);
    values[i] = compute(i, inputs);
    for (const ValueId id : nodes[i].inputs)
      if (last_reader[static_cast<size_t>(id)] == i) values[static_cast<size_t>(id)] = {};
  }
  return std::move(values[static_cast<size_t>(graph.output)]);
}

}  // namespace fxe
