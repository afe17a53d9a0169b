// SPDX-License-Identifier: Apache-2.0
#include "layers/graph_reads.h"

namespace fxe {

GraphReads::GraphReads(const Graph& graph, const std::vector<Shape>& shapes)
    : graph_(graph), last_(graph.nodes.size()), counts_(graph.nodes.size()), parts_(graph.nodes.size()) {
  for (size_t i = 0; i < last_.size(); ++i) {
    last_[i] = static_cast<int>(i);
    for (const ValueId id : graph.nodes[i].inputs) {
      last_[static_cast<size_t>(id)] = static_cast<int>(i);
      ++counts_[static_cast<size_t>(id)];
    }
  }
  last_[static_cast<size_t>(graph.output)] = static_cast<int>(graph.nodes.size());
  find_parts(shapes);
}

void GraphReads::find_parts(const std::vector<Shape>& shapes) {
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    if (!std::holds_alternative<Concat>(node.op) || shapes[i].rank() != 4) continue;
    int64_t channel = 0;
    for (const ValueId id : node.inputs) {
      const auto input = static_cast<size_t>(id);
      if (read_once(id)) parts_[input] = {static_cast<int>(i), {shapes[i], channel}};
      channel += shapes[input][1];
    }
  }
}

int GraphReads::following(int node) const {
  int end = node + 1;
  while (end < static_cast<int>(graph_.nodes.size()) && read_once(end - 1) &&
         graph_.nodes[static_cast<size_t>(end)].inputs[0] == end - 1)
    ++end;
  return end - node;
}

}  // namespace fxe
