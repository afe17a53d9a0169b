// SPDX-License-Identifier: Apache-2.0
#include "layers/select_classes.h"

#include <algorithm>

#include "engine/error.h"

namespace fxe {

namespace {

// The layer whose rows are the classes: walks back from the output over layers that keep channels apart.
ValueId class_layer(const Graph& graph, const std::string& where) {
  for (ValueId id = graph.output;;) {
    const Node& node = graph.nodes[static_cast<size_t>(id)];
    const auto* convolution = std::get_if<Conv2d>(&node.op);
    if (std::holds_alternative<Linear>(node.op) ||
        (convolution && convolution->groups == 1 && !convolution->add_residual)) {
      const auto readers = std::ranges::count_if(
          graph.nodes, [&](const Node& n) { return std::ranges::count(n.inputs, id) > 0; });
      if (readers <= 1) return id;
    }
    const bool passes = std::holds_alternative<Activate>(node.op) ||
                        std::holds_alternative<GlobalAveragePool>(node.op) ||
                        std::holds_alternative<Pool2d>(node.op) || std::holds_alternative<Softmax>(node.op) ||
                        std::holds_alternative<Flatten>(node.op);
    if (!passes)
      throw bad_input("{}: its classes cannot be selected, because it ends in '{}' ({})", where, node.name,
                      op_name(node.op));
    id = node.inputs.at(0);
  }
}

// Rows of [k, ...], in the order given.
Tensor rows_of(const Tensor& tensor, std::span<const int> rows) {
  Shape shape = tensor.shape;
  const size_t row_bytes = tensor.bytes.size() / static_cast<size_t>(shape[0]);
  shape[0] = static_cast<int64_t>(rows.size());
  std::vector<std::byte> bytes;
  bytes.reserve(rows.size() * row_bytes);
  for (const int row : rows) {
    const auto from = tensor.bytes.subspan(static_cast<size_t>(row) * row_bytes, row_bytes);
    bytes.insert(bytes.end(), from.begin(), from.end());
  }
  const Tensor selected = Tensor::from_bytes(tensor.dtype, shape, std::move(bytes));
  if (tensor.factors.empty()) return selected;
  std::vector<double> factors;
  for (const int row : rows) factors.push_back(tensor.factors[static_cast<size_t>(row)]);
  return selected.times(std::move(factors));
}

}  // namespace

Model select_classes(Model model, std::span<const int> classes, const std::string& where) {
  const auto count = model.classes();
  if (classes.empty()) throw bad_input("{}: no classes to select", where);
  for (const int c : classes)
    if (c < 0 || c >= count) throw bad_input("{}: class {} of a network of {} classes", where, c, count);
  Node& layer = model.graph.nodes[static_cast<size_t>(class_layer(model.graph, where))];
  std::visit(
      [&](auto& op) {
        if constexpr (requires { op.k, op.weight, op.bias; }) {
          // A Flatten of several pixels in between makes several outputs of each row.
          if (op.k != count)
            throw bad_input("{}: its classes cannot be selected: {} rows in '{}' for {} classes", where, op.k,
                            layer.name, count);
          op.k = static_cast<int64_t>(classes.size());
          // Copied under new names: another layer may read the same tensors.
          for (std::string* name : {&op.weight, &op.bias}) {
            if (name->empty()) continue;
            const Tensor selected = rows_of(model.weights.at(*name), classes);
            *name += " (selected classes)";
            model.weights[*name] = selected;
          }
        }
      },
      layer.op);
  return model;
}

}  // namespace fxe
