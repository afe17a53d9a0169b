// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"

namespace fxe {

namespace onnx {
class Attribute;
class Node;
class SparseTensor;
class Tensor;
}  // namespace onnx

// One ONNX node with checked access. Errors name the node.
class OnnxNode {
 public:
  OnnxNode(const onnx::Node& proto, int64_t opset) : proto_(&proto), opset_(opset) {}

  std::string_view type() const;
  int64_t opset() const { return opset_; }
  std::string title() const;  // "node 'Conv_0' (Conv)", for errors
  std::string name() const;   // its name, or its first output's

  // Optional inputs and outputs may be absent or empty.
  size_t inputs() const;
  bool has_input(size_t i) const;
  const std::string& input(size_t i) const;  // throws bad_input if it is absent
  const std::string& output() const;
  size_t outputs() const;
  const std::string& output(size_t i) const;  // may be empty

  bool has(std::string_view attribute) const { return find(attribute) != nullptr; }
  int64_t integer(std::string_view attribute, std::optional<int64_t> otherwise = {}) const;
  float number(std::string_view attribute, std::optional<float> otherwise = {}) const;
  std::string text(std::string_view attribute, std::string_view otherwise) const;
  std::vector<int64_t> integers(std::string_view attribute) const;  // empty if absent
  std::vector<float> numbers(std::string_view attribute) const;
  const onnx::Tensor* tensor(std::string_view attribute) const;  // nullptr if absent
  const onnx::SparseTensor* sparse_tensor(std::string_view attribute) const;

  template <class... Args>
  [[nodiscard]] Error error(fmt::format_string<Args...> format, Args&&... args) const {
    return bad_input("{}: {}", title(), fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  const onnx::Attribute* find(std::string_view name) const;

  const onnx::Node* proto_;
  int64_t opset_;
};

}  // namespace fxe
