// SPDX-License-Identifier: Apache-2.0
// --output-name: which value of an ONNX model are the logits, for every command that reads models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metareasoner/ensemble_file.h"
#include "onnx.pb.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

constexpr int kFloat = 1;

// image [1 3 h w] -> its means, one per channel -> twice them, in the other order, by two Gemms: the outputs
// 'turned' and 'plain'.
std::string two_outputs() {
  onnx::Model model;
  model.add_opset_import()->set_version(13);
  auto& graph = *model.mutable_graph();
  const auto value = [](onnx::ValueInfo& info, const std::string& name, const std::vector<int64_t>& dims) {
    info.set_name(name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(kFloat);
    for (const int64_t d : dims) type.mutable_shape()->add_dim()->set_dim_value(d);
  };
  value(*graph.add_input(), "image", {1, 3, 32, 32});
  const auto node = [&](const std::string& type, const std::vector<std::string>& inputs,
                        const std::string& output) {
    auto& n = *graph.add_node();
    n.set_op_type(type);
    for (const auto& input : inputs) n.add_input(input);
    n.add_output(output);
  };
  node("GlobalAveragePool", {"image"}, "mean");
  node("Flatten", {"mean"}, "row");
  for (const auto& [name, turned] : {std::pair("turned", true), {"plain", false}}) {
    auto& w = *graph.add_initializer();
    w.set_name(std::string(name) + ".w");
    w.set_data_type(kFloat);
    for (int i = 0; i < 2; ++i) w.add_dims(3);
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) w.add_float_data(j == (turned ? 2 - i : i) ? 40.0f : 0.0f);
    node("MatMul", {"row", w.name()}, name);
    value(*graph.add_output(), name, {1, 3});
  }
  return model.SerializeAsString();
}

TEST(OutputName, ChoosesTheLogitsOfEveryCommand) {
  const Folder folder;
  const std::string model = folder / "m.onnx";
  write_text(model, two_outputs());
  std::string red = "P6 32 32 255\n";
  for (int i = 0; i < 32 * 32; ++i) red += "\xff\x40\x10";
  write_text(folder / "images/0/red.ppm", red);
  for (const char* other : {"1", "2"})
    write_text(folder / ("images/" + std::string(other) + "/red.ppm"), red);
  const std::vector<std::string> as_it_is = {"--preprocess", R"({"resize": {"side": "none"}, "crop": 32})"};
  const auto run = [&](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = fxe(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  // The answer to red: class 0 as it is, class 2 turned.
  const auto answer = [&](const std::string& subject, std::vector<std::string> more) {
    more.insert(more.end(), {"--predictions", folder / "p.csv"});
    const auto said = run({"eval", subject, folder / "images"}, more);
    return std::pair(read_predictions(folder / "p.csv").at(0).predicted, said);
  };
  auto named = as_it_is;
  named.insert(named.end(), {"--output-name", "plain"});
  const auto [usual, note] = answer(model, as_it_is);
  EXPECT_EQ(usual, 2);
  EXPECT_THAT(note, HasSubstr("of its 2 outputs 'turned' is read, not 'plain' (--output-name NAME reads"));
  EXPECT_EQ(answer(model, named).first, 0);
  run({"init", model, "-o", folder / "e.json"}, named);
  EXPECT_EQ(read_ensemble_file(folder / "e.json").members.at(0).output, "plain");
  EXPECT_EQ(answer(folder / "e.json", {}).first, 0);
  run({"convert", model, "-o", folder / "c.safetensors", "--output-name", "plain"}, {});
  EXPECT_EQ(answer(folder / "c.safetensors", as_it_is).first, 0);
  const auto wrong = fxe({"inspect", model, "--output-name", "plane"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("the model has no value 'plane' (nearest of its outputs: plain"));
}

}  // namespace
}  // namespace fxe::test
