// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "engine/error.h"
#include "engine/finite.h"
#include "engine/float_view.h"
#include "engine/names.h"
#include "layers/graph.h"

namespace fxe {

namespace {

bool is_floating(DType type) {
  return type == DType::f16 || type == DType::bf16 || type == DType::f32 || type == DType::f64;
}

// Index of the first element for which `bad` holds, as fp32. Goes piece by piece: a weight may be large, or a
// mapped file. A piece for which `all_good` holds is not searched.
template <class AllGood, class Bad>
std::optional<int64_t> find_element(const Tensor& tensor, AllGood all_good, Bad bad) {
  constexpr size_t kPiece = 1 << 12;
  std::vector<float> room;
  const auto count = static_cast<size_t>(tensor.shape.elements());
  for (size_t first = 0; first < count; first += kPiece) {
    const auto piece = float_view(tensor, first, std::min(kPiece, count - first), room);
    if (all_good(piece)) continue;
    const auto found = std::find_if(piece.begin(), piece.end(), bad);
    if (found != piece.end()) return static_cast<int64_t>(first) + (found - piece.begin());
  }
  return std::nullopt;
}

std::vector<std::string> quoted(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const auto& name : names) out.push_back("'" + name + "'");
  return out;
}

std::string nearest(const std::string& name, const std::vector<std::string>& candidates) {
  const auto found = nearest_names(name, candidates);
  return found.empty() ? "" : fmt::format("; nearest: {}", fmt::join(quoted(found), ", "));
}

// Gives the tensor the shape the graph wants: [k c] also serves as [k c 1 1], and vice versa.
void drop_trailing_ones(Tensor& tensor, const Shape& wanted) {
  const auto without = [](const Shape& shape) {
    std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
    while (dims.size() > 1 && dims.back() == 1) dims.pop_back();
    return dims;
  };
  if (without(tensor.shape) == without(wanted)) tensor.shape = wanted;
}

void check_shape(const Tensor& tensor, const WeightUse& use, const std::string& layer,
                 const std::string& where) {
  if (tensor.shape != use.shape)
    throw bad_input(
        "{}: the tensor '{}' has shape {}, but layer '{}' needs {}; is it another network or width?", where,
        use.name, tensor.shape.str(), layer, use.shape.str());
}

// Checked once per tensor, however many layers read it.
void check_content(const Tensor& tensor, const std::string& tensor_name, const std::string& where) {
  if (!is_floating(tensor.dtype))
    throw bad_input("{}: the tensor '{}' is {}, but weights are f16, bf16, f32 or f64", where, tensor_name,
                    name(tensor.dtype));
  if (tensor.bytes.size() != static_cast<size_t>(tensor.shape.elements()) * size_bytes(tensor.dtype))
    throw bad_input("{}: the tensor '{}' of shape {} has {} bytes", where, tensor_name, tensor.shape.str(),
                    tensor.bytes.size());
  if (const auto i = find_element(tensor, all_finite, [](float v) { return !is_finite(v); }))
    throw bad_input("{}: the tensor '{}' is not finite (or not within fp32) at element {}", where,
                    tensor_name, *i);
}

using Checked = std::set<std::pair<std::string, double>>;  // variances, each with the epsilon added to it

void check_variance(const Node& node, const TensorMap& tensors, const std::string& where, Checked& checked) {
  const auto* norm = std::get_if<BatchNorm>(&node.op);
  if (!norm || !checked.emplace(norm->variance, norm->epsilon).second) return;
  const auto epsilon = static_cast<float>(norm->epsilon);
  const auto bad = [&](float v) { return !(v + epsilon > 0); };
  const auto unknown = [](const auto&) { return false; };
  if (const auto i = find_element(tensors.at(norm->variance), unknown, bad))
    throw bad_input("{}: the variance '{}' plus epsilon {} is not positive at element {}", where,
                    norm->variance, norm->epsilon, *i);
}

bool ends_with_tracked(std::string_view name) {
  return name == "num_batches_tracked" || name.ends_with(".num_batches_tracked");
}

}  // namespace

int64_t Model::classes() const {
  return infer_shapes(graph, 1)[static_cast<size_t>(graph.output)].elements();
}

Input Model::input() const { return std::get<Input>(graph.nodes.at(0).op); }

Model bind_weights(Graph graph, TensorMap tensors, const std::string& where) {
  const auto shapes = infer_shapes(graph, 1);
  std::erase_if(tensors, [](const auto& entry) { return ends_with_tracked(entry.first); });

  // Names first, then contents: names show a wrong network before any data is read.
  std::vector<std::pair<const Node*, WeightUse>> uses;
  std::set<std::string> wanted;
  for (const Node& node : graph.nodes) {
    for (WeightUse& use : weights_of(node.op, input_shapes(node, shapes))) {
      wanted.insert(use.name);
      uses.emplace_back(&node, std::move(use));
    }
  }
  std::vector<std::string> unused;
  for (const auto& [name, tensor] : tensors)
    if (!wanted.contains(name)) unused.push_back(name);
  for (const auto& [node, use] : uses)
    if (!tensors.contains(use.name))
      throw bad_input("{}: there is no tensor '{}' of shape {} for layer '{}'{}", where, use.name,
                      use.shape.str(), node->name, nearest(use.name, unused));
  if (!unused.empty()) {
    const std::vector<std::string> all(wanted.begin(), wanted.end());
    const size_t shown = std::min<size_t>(unused.size(), 3);
    throw bad_input(
        "{}: {} tensor(s) that the network does not read, such as {}{}; is it another network?", where,
        unused.size(),
        fmt::join(quoted({unused.begin(), unused.begin() + static_cast<std::ptrdiff_t>(shown)}), ", "),
        nearest(unused[0], all));
  }
  for (const auto& [node, use] : uses) {
    Tensor& tensor = tensors.find(use.name)->second;
    drop_trailing_ones(tensor, use.shape);
    check_shape(tensor, use, node->name, where);
  }
  for (const auto& [name, tensor] : tensors) check_content(tensor, name, where);
  Checked checked;
  for (const Node& node : graph.nodes) check_variance(node, tensors, where, checked);
  return {std::move(graph), std::move(tensors)};
}

}  // namespace fxe
