// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/onnx_writer.h"
#include "tests/weights_converter/random_graph.h"

namespace fxe::test {

// An ONNX model of products, sums, norms and ReLU, and of every node that only gives a value another name.
class RandomOnnx {
 public:
  explicit RandomOnnx(uint64_t seed);

  const std::string& bytes() const { return bytes_; }
  std::vector<float> image() const { return floats(image_); }
  std::vector<float> logits() const { return floats(logits_); }

 private:
  enum class Form { rows, image, last };  // [1 c], [1 c 2 2], [1 2 2 c]; `value` has channels first
  struct Value : Named {
    Form form;
  };

  std::string fresh() { return "v" + std::to_string(++names_); }
  const Value& any() { return values_[static_cast<size_t>(random_.integer(0, last()))]; }
  int64_t last() const { return static_cast<int64_t>(values_.size()) - 1; }
  void keep(const std::string& name, Array value, double bound, Form form);
  std::string node(const char* type, const std::vector<std::string>& inputs);
  std::string constant(const std::vector<int64_t>& dims, const std::vector<double>& values);
  std::string constant(const std::vector<int64_t>& values);
  std::string channels(const Value&, const std::vector<double>& values);  // in a shape that broadcasts

  void add_alias(const Value&);
  void add_layer(const Value&);
  void add_product(const Value&);
  void add_norm(const Value&);
  void join(const Value&);
  void finish();

  Random random_;
  onnx_writer::ModelWriter writer_{13, {1, 4, 2, 2}};
  int names_ = 0;
  std::vector<Value> values_;
  std::string bytes_;
  std::vector<double> image_, logits_;
};

}  // namespace fxe::test
