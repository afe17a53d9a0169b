// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/onnx_models.h"

#include "tests/support/onnx_writer.h"

namespace fxe::fuzz {

namespace {

using namespace test::onnx_writer;

std::string convolutional() {
  ModelWriter m(13);
  m.floats("w", {2, 2, 3, 3});
  m.floats("c", {2});
  m.floats("fc", {3, 2});
  m.floats("b", {3});
  auto& conv = m.node("Conv", {"x", "w", "c"}, {"1"});
  set_list(conv, "pads", {1, 1, 1, 1});
  set_list(conv, "strides", {1, 1});
  m.node("BatchNormalization", {"1", "c", "c", "c", "c"}, {"2"});
  m.node("Relu", {"2"}, {"3"});
  auto& pool = m.node("MaxPool", {"3"}, {"4"});
  set_list(pool, "kernel_shape", {2, 2});
  set(pool, "ceil_mode", 1);
  m.node("Add", {"4", "4"}, {"5"});
  set(m.node("Concat", {"5", "5"}, {"6"}), "axis", 1);
  m.node("GlobalAveragePool", {"6"}, {"7"});
  m.node("Flatten", {"7"}, {"8"});
  m.floats("fc4", {3, 4});
  set(m.node("Gemm", {"8", "fc4", "b"}, {"9"}), "transB", 1);
  m.node("Softmax", {"9"}, {"y"});
  return m.finish("y");
}

// The shape arithmetic that PyTorch exports around a view().
std::string reshaped() {
  ModelWriter m(11);
  m.integers("zero", {0});
  m.integers("minus", {-1});
  m.integers("two", {2});
  m.floats("w", {72, 3}, 0.5f);
  m.floats("b", {3});
  m.node("Clip", {"x"}, {"c"});
  m.node("Shape", {"c"}, {"s"});
  set(m.node("Gather", {"s", "zero"}, {"n"}), "axis", 0);
  set(m.node("Concat", {"n", "minus"}, {"t"}), "axis", 0);
  m.node("Mul", {"two", "two"}, {"four"});
  m.node("Reshape", {"c", "t"}, {"r"});
  m.node("Dropout", {"r"}, {"d"});
  m.node("MatMul", {"d", "w"}, {"m"});
  m.node("Add", {"m", "b"}, {"y"});
  return m.finish("y");
}

std::string channels_last() {
  ModelWriter m(9, {1, 6, 6, 2});
  m.floats("w", {2, 1, 3, 3});
  m.floats("k", {1, 2, 1, 1}, 2);
  set_list(m.node("Transpose", {"x"}, {"1"}), "perm", {0, 3, 1, 2});
  auto& pad = m.node("Pad", {"1"}, {"2"});
  set_list(pad, "pads", {0, 0, 1, 1, 0, 0, 1, 1});
  set_text(pad, "mode", "constant");
  auto& conv = m.node("Conv", {"2", "w"}, {"3"});
  set(conv, "group", 2);
  set_text(conv, "auto_pad", "SAME_UPPER");
  set_list(conv, "dilations", {1, 1});
  m.node("Mul", {"3", "k"}, {"4"});
  m.node("Sub", {"4", "k"}, {"5"});
  m.node("Div", {"5", "k"}, {"6"});
  m.node("LeakyRelu", {"6"}, {"7"});
  set(m.node("LRN", {"7"}, {"8"}), "size", 3);
  auto& pool = m.node("AveragePool", {"8"}, {"9"});
  set_list(pool, "kernel_shape", {3, 3});
  set(pool, "count_include_pad", 1);
  auto& mean = m.node("ReduceMean", {"9"}, {"10"});
  set_list(mean, "axes", {2, 3});
  set(mean, "keepdims", 1);
  set_list(m.node("Squeeze", {"10"}, {"11"}), "axes", {2, 3});
  set_list(m.node("Unsqueeze", {"11"}, {"12"}), "axes", {2, 3});
  m.node("GlobalMaxPool", {"12"}, {"y"});
  return m.finish("y");
}

std::string folded() {
  ModelWriter m(13);
  m.integers("dims", {2, 3});
  m.integers("starts", {0});
  m.integers("ends", {2});
  m.integers("axes", {0});
  m.integers("big", {1, 2, 3, 4});
  m.integers("hw", {2, 3});
  m.floats("w", {1, 3, 2, 1});
  m.node("Slice", {"big", "starts", "ends", "axes"}, {"part"});
  m.node("ConstantOfShape", {"part"}, {"zeros"});
  m.node("Shape", {"zeros"}, {"s"});
  m.node("Identity", {"s"}, {"i"});
  set(m.node("Cast", {"i"}, {"c"}), "to", 7);
  m.node("Add", {"c", "starts"}, {"added"});
  m.node("Unsqueeze", {"added", "axes"}, {"u"});
  m.node("Squeeze", {"u", "axes"}, {"q"});
  set_list(m.node("Constant", {}, {"k"}), "value_ints", {3, 2});
  m.node("Reshape", {"w", "k"}, {"w2"});
  set_list(m.node("Transpose", {"w2"}, {"w3"}), "perm", {1, 0});
  m.integers("begin2", {0, 0});
  m.integers("end2", {9, 9});
  m.integers("axes2", {2, 3});
  m.integers("steps2", {2, 2});
  m.node("Slice", {"x", "begin2", "end2", "axes2", "steps2"}, {"z"});
  m.node("GlobalAveragePool", {"z"}, {"g"});
  m.node("Sum", {"g", "g", "g"}, {"g2"});
  m.node("Flatten", {"g2"}, {"f"});
  set(m.node("Gemm", {"f", "w3"}, {"y"}), "transB", 0);
  return m.finish("y");
}

// Activations by name and spelled out in steps; the steps of `unknown` make none that fxe has.
std::string activations(bool unknown) {
  ModelWriter m(20);
  m.floats("two", {1}, 2);
  m.floats("half", {1}, 0.5f);
  m.floats("one", {1}, 1);
  m.floats("root", {1}, 0.70710678f);
  m.floats("slopes", {2, 1, 1}, 0.25f);
  m.node("HardSigmoid", {"x"}, {"1"});
  m.node("HardSwish", {"1"}, {"2"});
  m.node("Sigmoid", {"2"}, {"3"});
  m.node("Mul", {"2", "3"}, {"4"});
  set_text(m.node("Gelu", {"4"}, {"5"}), "approximate", "tanh");
  m.node("PRelu", {"5", "slopes"}, {"6"});
  m.node("Mul", {"6", "root"}, {"7"});
  m.node("Erf", {"7"}, {"8"});
  m.node("Add", {"8", "one"}, {"9"});
  m.node("Mul", {"6", "9"}, {"10"});
  m.node("Mul", {"10", "half"}, {"gelu"});
  m.node("Neg", {"gelu"}, {"11"});
  if (unknown) {
    m.node("Exp", {"11"}, {"12"});
    m.node("Tanh", {"12"}, {"13"});
  }
  m.node("Sub", {"two", unknown ? "13" : "11"}, {"14"});
  m.node("GlobalAveragePool", {"14"}, {"15"});
  m.node("Mul", {"14", "15"}, {"16"});
  m.node("GlobalAveragePool", {"16"}, {"17"});
  m.node("Flatten", {"17"}, {"y"});
  return m.finish("y");
}

std::string normalised_activations() {
  ModelWriter m(20);
  m.floats("two", {1}, 2);
  m.floats("half", {1}, 0.5f);
  m.floats("c", {2});
  set_list(m.node("Transpose", {"x"}, {"1"}), "perm", {0, 2, 3, 1});
  set(m.node("LayerNormalization", {"1", "c", "c"}, {"2"}), "axis", -1);
  auto& mean = m.node("ReduceMean", {"2"}, {"3"});
  set_list(mean, "axes", {-1});
  m.node("Sub", {"2", "3"}, {"4"});
  m.node("Pow", {"4", "two"}, {"5"});
  set_list(m.node("ReduceMean", {"5"}, {"6"}), "axes", {-1});
  m.node("Add", {"6", "half"}, {"7"});
  m.node("Sqrt", {"7"}, {"8"});
  m.node("Div", {"4", "8"}, {"9"});
  m.node("Mul", {"9", "c"}, {"10"});
  set_list(m.node("Transpose", {"10"}, {"11"}), "perm", {0, 3, 1, 2});
  m.node("GlobalAveragePool", {"11"}, {"12"});
  m.node("Flatten", {"12"}, {"y"});
  return m.finish("y");
}

std::string shuffled() {
  ModelWriter m(13, {1, 4, 6, 6});
  m.integers("split", {2, 2});
  m.integers("apart", {1, 2, 2, 6, 6});
  m.integers("joined", {1, 4, 6, 6});
  set(m.node("Split", {"x", "split"}, {"a", "b"}), "axis", 1);
  m.node("Relu", {"a"}, {"1"});
  set(m.node("Concat", {"1", "b"}, {"2"}), "axis", 1);
  m.node("Reshape", {"2", "apart"}, {"3"});
  set_list(m.node("Transpose", {"3"}, {"4"}), "perm", {0, 2, 1, 3, 4});
  m.node("Reshape", {"4", "joined"}, {"5"});
  m.node("GlobalAveragePool", {"5"}, {"6"});
  m.node("Flatten", {"6"}, {"y"});
  return m.finish("y");
}

}  // namespace

std::vector<std::string> onnx_models() {
  return {convolutional(),    reshaped(),        channels_last(),          folded(),
          activations(false), activations(true), normalised_activations(), shuffled()};
}

}  // namespace fxe::fuzz
