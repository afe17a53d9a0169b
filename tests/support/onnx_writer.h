// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "onnx.pb.h"

// Small ONNX models, written node by node.
namespace fxe::test::onnx_writer {

using Names = std::initializer_list<const char*>;
using Numbers = std::initializer_list<int64_t>;

class ModelWriter {
 public:
  explicit ModelWriter(int64_t opset, Numbers input = {1, 2, 6, 6}) {
    model_.set_ir_version(8);
    auto* set = model_.add_opset_import();
    set->set_domain("");
    set->set_version(opset);
    auto* x = graph().add_input();
    x->set_name("x");
    auto* type = x->mutable_type()->mutable_tensor_type();
    type->set_elem_type(1);
    for (const int64_t d : input) type->mutable_shape()->add_dim()->set_dim_value(d);
  }

  onnx::Graph& graph() { return *model_.mutable_graph(); }

  void floats(const char* name, Numbers dims, float value = 1) {
    auto& tensor = add_tensor(name, 1, dims);
    int64_t count = 1;
    for (const int64_t d : dims) count *= d;
    for (int64_t i = 0; i < count; ++i) tensor.add_float_data(value);
  }

  void integers(const char* name, const std::vector<int64_t>& values) {
    auto& tensor = add_tensor(name, 7, {static_cast<int64_t>(values.size())});
    for (const int64_t v : values) tensor.add_int64_data(v);
  }

  onnx::Node& node(const char* type, Names inputs, Names outputs) {
    auto* node = graph().add_node();
    node->set_op_type(type);
    for (const char* name : inputs) node->add_input(name);
    for (const char* name : outputs) node->add_output(name);
    return *node;
  }

  std::string finish(const char* output) {
    graph().add_output()->set_name(output);
    return model_.SerializeAsString();
  }

 private:
  onnx::Tensor& add_tensor(const char* name, int type, Numbers dims) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (const int64_t d : dims) tensor->add_dims(d);
    return *tensor;
  }

  onnx::Model model_;
};

inline void set_list(onnx::Node& node, const char* name, Numbers values) {
  auto* a = node.add_attribute();
  a->set_name(name);
  for (const int64_t v : values) a->add_ints(v);
}

inline void set(onnx::Node& node, const char* name, int64_t value) {
  auto* a = node.add_attribute();
  a->set_name(name);
  a->set_i(value);
}

inline void set_text(onnx::Node& node, const char* name, const char* value) {
  auto* a = node.add_attribute();
  a->set_name(name);
  a->set_s(value);
}

}  // namespace fxe::test::onnx_writer
