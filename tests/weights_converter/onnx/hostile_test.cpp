// SPDX-License-Identifier: Apache-2.0
// ONNX models with cycles, with references outside, or that unfold to much more than their size. Random
// damage: tests/fuzz.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hostile.h"
#include "tests/support/onnx_writer.h"
#include "weights_converter/onnx/file.h"

namespace fxe {
namespace {

using namespace test::onnx_writer;
using testing::HasSubstr;

std::string refused_onnx(const std::string& file) {
  return test::refusal(
      [](Bytes bytes) {
        is_onnx(bytes) ? void(read_onnx(bytes, "no-such-folder")) : throw bad_input("not ONNX");
      },
      file);
}

TEST(HostileOnnx, Circles) {
  ModelWriter m(13);
  m.node("Add", {"x", "b"}, {"a"});
  m.node("Relu", {"a"}, {"b"});
  EXPECT_THAT(refused_onnx(m.finish("b")), HasSubstr("in a circle: node 'a' (Add), node 'b' (Relu)"));
  ModelWriter self(13);
  self.node("Relu", {"y"}, {"y"});
  EXPECT_THAT(refused_onnx(self.finish("y")), HasSubstr("in a circle: node 'y' (Relu)"));
  ModelWriter twice(13);
  twice.node("Relu", {"x"}, {"x"});
  EXPECT_THAT(refused_onnx(twice.finish("x")), HasSubstr("made twice"));
}

TEST(HostileOnnx, TensorsThatLie) {
  const auto with_weight = [](Numbers dims, const std::string& data, const char* location = nullptr) {
    ModelWriter m(13);
    auto* tensor = m.graph().add_initializer();
    tensor->set_name("w");
    tensor->set_data_type(1);
    for (const int64_t d : dims) tensor->add_dims(d);
    tensor->set_raw_data(data);
    if (location) {
      auto* entry = tensor->add_external_data();
      entry->set_key("location");
      entry->set_value(location);
      tensor->set_data_location(1);
    }
    m.node("Conv", {"x", "w"}, {"y"});
    return refused_onnx(m.finish("y"));
  };
  EXPECT_THAT(with_weight({2, 2, 1, 1}, "1234"), HasSubstr("has 4 bytes"));
  EXPECT_THAT(with_weight({-2, 2, -1, 1}, "1234567890123456"), HasSubstr("must not be negative"));
  EXPECT_THAT(with_weight({int64_t{1} << 62, 4}, ""), HasSubstr("too many elements"));
  EXPECT_THAT(with_weight({int64_t{1} << 62}, ""), HasSubstr("has 0 bytes"));
  EXPECT_THAT(with_weight({1, 1, 1, 1, 1, 1, 1, 1, 1}, "1234"), HasSubstr("at most 8 dimensions"));
  EXPECT_THAT(with_weight({1}, "", "../../../etc/passwd"),
              HasSubstr("expected a file in the model's folder"));
}

// [2^40, 0] has no elements, and 2^40 rows.
TEST(HostileOnnx, NumbersRepeatedWithoutEnd) {
  ModelWriter bias(13, {1, 2, 1, 1});
  bias.floats("w", {int64_t{1} << 40, 0});
  bias.floats("b", {1});
  bias.node("Flatten", {"x"}, {"f"});
  set(bias.node("Gemm", {"f", "w", "b"}, {"y"}), "transB", 1);
  EXPECT_THAT(refused_onnx(bias.finish("y")), HasSubstr("much more than the file is long"));

  ModelWriter channels(13, {1, int64_t{1} << 28, 1, 5});
  channels.floats("k", {}, 3);
  channels.node("Mul", {"x", "k"}, {"m"});
  channels.node("GlobalAveragePool", {"m"}, {"y"});
  EXPECT_THAT(refused_onnx(channels.finish("y")), HasSubstr("much more than the file is long"));

  ModelWriter lists(13);
  lists.integers("l", std::vector<int64_t>(1000, 1));
  auto& concat = lists.node("Concat", {}, {"c"});
  set(concat, "axis", 0);
  for (int i = 0; i < 100'000; ++i) concat.add_input("l");
  lists.node("Reshape", {"x", "c"}, {"y"});
  EXPECT_THAT(refused_onnx(lists.finish("y")), HasSubstr("much more than the file is long"));

  ModelWriter none(13);
  none.integers("d", {2});
  auto* value = none.node("ConstantOfShape", {"d"}, {"c"}).add_attribute();
  value->set_name("value");
  value->mutable_t()->set_data_type(7);
  value->mutable_t()->add_dims(0);
  none.node("Reshape", {"x", "c"}, {"y"});
  EXPECT_THAT(refused_onnx(none.finish("y")), HasSubstr("repeats a value of 0 numbers"));

  // Axes without elements, along which there is nothing to do.
  for (const char* type : {"Concat", "Gather", "ReduceMax", "MatMul", "Tile"}) {
    ModelWriter empty(13);
    empty.floats("w", {int64_t{1} << 40, 0});
    empty.integers("i", {0, 1});
    const bool alone = std::string_view(type) == "ReduceMax";
    auto& node = alone ? empty.node(type, {"w"}, {"c"}) : empty.node(type, {"w", "i"}, {"c"});
    if (std::string_view(type) == "Concat") set(node, "axis", 1), node.set_input(1, "w");
    if (std::string_view(type) == "Gather") set(node, "axis", 0);
    if (alone) set_list(node, "axes", {0});
    empty.node("Conv", {"x", "c"}, {"y"});
    EXPECT_THAT(refused_onnx(empty.finish("y")), HasSubstr("node '")) << type;
  }
  ModelWriter range(13);
  range.floats("w", {2, 2});
  range.integers("dims", {1 << 20, 1 << 10});
  range.node("ConstantOfShape", {"dims"}, {"c"});
  range.node("Conv", {"x", "c"}, {"y"});
  EXPECT_THAT(refused_onnx(range.finish("y")), HasSubstr("more than 1 GiB"));
}

// Each of these takes a number until a name is free.
TEST(HostileOnnx, NamesThatAreTaken) {
  ModelWriter sums(13);
  auto& sum = sums.node("Sum", {}, {"y"});
  for (int i = 0; i < 200'000; ++i) sum.add_input("x");
  EXPECT_THAT(refused_onnx(sums.finish("y")), HasSubstr("expected logits"));

  ModelWriter products(13, {1, 1, 1, 1});
  products.floats("w", {1, 1});
  products.node("Flatten", {"x"}, {"0"});
  for (int i = 0; i < 30'000; ++i) {
    auto& node = products.node("Gemm", {}, {});
    node.add_input(std::to_string(i));
    node.add_input("w");
    node.add_output(std::to_string(i + 1));
  }
  EXPECT_THAT(refused_onnx(products.finish("30000")), HasSubstr("at most 8192"));
}

TEST(HostileOnnx, MessagesWithoutEnd) {
  std::string nodes;
  for (int i = 0; i < 2'000'000; ++i) nodes += std::string("\x0a\0", 2);
  std::string file = "\x3a";  // the graph, and its size
  for (size_t size = nodes.size(); size > 0; size >>= 7)
    file += static_cast<char>((size & 0x7f) | (size > 0x7f ? 0x80 : 0));
  EXPECT_THAT(refused_onnx(file + nodes), HasSubstr("more than 1000000 nodes"));
  EXPECT_THAT(refused_onnx(std::string("\x3a\x7f\x0a", 3)), HasSubstr("breaks off"));
  EXPECT_THAT(refused_onnx(std::string("\x3a\x02\x0b\x0c", 4)), HasSubstr("damaged"));
}

}  // namespace
}  // namespace fxe
