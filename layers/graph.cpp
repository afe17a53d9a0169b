// SPDX-License-Identifier: Apache-2.0
#include "layers/graph.h"

#include <unordered_set>

#include "engine/error.h"

namespace fxe {

namespace {

constexpr size_t kMaxNodes = 8192;  // memory is planned in quadratic time

Shape input_shape(const Node& node, int64_t n) {
  const auto* input = std::get_if<Input>(&node.op);
  if (!input) throw bad_input("the first node must be the input, found {}", op_name(node.op));
  if (!node.inputs.empty()) throw bad_input("the input reads no other node");
  const Shape shape{n, input->c, input->h, input->w};
  if (shape.elements() < 1 || shape.elements() >= int64_t{1} << 31)
    throw bad_input("expected 1 to 2^31 - 1 elements, found {}", shape.str());
  return shape;
}

Shape node_shape(const Node& node, int64_t index, const std::vector<Shape>& shapes, int64_t n) {
  if (index == 0) return input_shape(node, n);
  for (const ValueId id : node.inputs)
    if (id < 0 || id >= index)
      throw bad_input("reads node {}, but only nodes before {} can be read", id, index);
  return output_shape(node.op, input_shapes(node, shapes));
}

}  // namespace

std::vector<Shape> input_shapes(const Node& node, const std::vector<Shape>& shapes) {
  std::vector<Shape> inputs;
  for (const ValueId id : node.inputs) inputs.push_back(shapes[static_cast<size_t>(id)]);
  return inputs;
}

std::vector<Shape> infer_shapes(const Graph& graph, int64_t n) {
  if (graph.nodes.empty()) throw bad_input("the network has no nodes");
  if (graph.nodes.size() > kMaxNodes)
    throw bad_input("the network has {} nodes; at most {} are supported", graph.nodes.size(), kMaxNodes);
  if (n < 1) throw bad_input("the batch must be at least 1, found {}", n);
  std::vector<Shape> shapes;
  std::unordered_set<std::string> names;
  for (const Node& node : graph.nodes) {
    const auto index = static_cast<int64_t>(shapes.size());
    if (node.name.empty()) throw bad_input("node {} ({}) has no name", index, op_name(node.op));
    if (!names.insert(node.name).second) throw bad_input("two nodes are called '{}'", node.name);
    try {
      shapes.push_back(node_shape(node, index, shapes, n));
    } catch (const Error& e) {
      throw Error(e.kind(), fmt::format("layer '{}' ({}): {}", node.name, op_str(node.op), e.what()));
    }
  }
  if (graph.output < 0 || static_cast<size_t>(graph.output) >= shapes.size())
    throw bad_input("the network's output is node {}, but there are {} nodes", graph.output, shapes.size());
  return shapes;
}

}  // namespace fxe
