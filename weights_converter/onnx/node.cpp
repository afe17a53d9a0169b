// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/node.h"

#include "onnx.pb.h"
#include "weights_converter/printable.h"

namespace fxe {

std::string_view OnnxNode::type() const { return proto_->op_type(); }

std::string OnnxNode::title() const {
  return fmt::format("node '{}' ({})", printable(name()), printable(proto_->op_type()));
}

std::string OnnxNode::name() const {
  return !proto_->name().empty() || proto_->output_size() == 0 ? proto_->name() : proto_->output(0);
}

size_t OnnxNode::inputs() const { return static_cast<size_t>(proto_->input_size()); }

bool OnnxNode::has_input(size_t i) const {
  return i < inputs() && !proto_->input(static_cast<int>(i)).empty();
}

const std::string& OnnxNode::input(size_t i) const {
  if (!has_input(i)) throw error("has no input {}", i);
  return proto_->input(static_cast<int>(i));
}

const std::string& OnnxNode::output() const {
  if (proto_->output_size() == 0 || proto_->output(0).empty()) throw error("has no output");
  return proto_->output(0);
}

size_t OnnxNode::outputs() const { return static_cast<size_t>(proto_->output_size()); }

const std::string& OnnxNode::output(size_t i) const { return proto_->output(static_cast<int>(i)); }

const onnx::Attribute* OnnxNode::find(std::string_view name) const {
  for (const auto& attribute : proto_->attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

int64_t OnnxNode::integer(std::string_view attribute, std::optional<int64_t> otherwise) const {
  const auto* found = find(attribute);
  if (found && found->has_i()) return found->i();
  if (found || !otherwise) throw error("needs an integer attribute {}", attribute);
  return *otherwise;
}

float OnnxNode::number(std::string_view attribute, std::optional<float> otherwise) const {
  const auto* found = find(attribute);
  if (found && found->has_f()) return found->f();
  if (found || !otherwise) throw error("needs a number attribute {}", attribute);
  return *otherwise;
}

std::string OnnxNode::text(std::string_view attribute, std::string_view otherwise) const {
  const auto* found = find(attribute);
  return found && found->has_s() ? found->s() : std::string(otherwise);
}

std::vector<int64_t> OnnxNode::integers(std::string_view attribute) const {
  const auto* found = find(attribute);
  return found ? std::vector<int64_t>(found->ints().begin(), found->ints().end()) : std::vector<int64_t>{};
}

std::vector<float> OnnxNode::numbers(std::string_view attribute) const {
  const auto* found = find(attribute);
  return found ? std::vector<float>(found->floats().begin(), found->floats().end()) : std::vector<float>{};
}

const onnx::Tensor* OnnxNode::tensor(std::string_view attribute) const {
  const auto* found = find(attribute);
  return found && found->has_t() ? &found->t() : nullptr;
}

const onnx::SparseTensor* OnnxNode::sparse_tensor(std::string_view attribute) const {
  const auto* found = find(attribute);
  return found && found->has_sparse_tensor() ? &found->sparse_tensor() : nullptr;
}

}  // namespace fxe
