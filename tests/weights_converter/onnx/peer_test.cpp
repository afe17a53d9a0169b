// SPDX-License-Identifier: Apache-2.0
// Imported ONNX models give PyTorch's logits within the error that fp32 allows, or are refused with the
// right words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "engine/error.h"
#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "tests/engine/input/expect_error.h"
#include "tests/support/compare.h"
#include "tests/support/converted.h"
#include "tests/support/python_peer.h"
#include "weights_converter/graph_json/graph_json.h"
#include "weights_converter/read.h"

namespace fxe {
namespace {

namespace fs = std::filesystem;

Model load(const fs::path& path) {
  WeightFile file = read_weight_file(path);
  return bind_weights(*std::move(file.graph), std::move(file.tensors), path.string());
}

fs::path beside(const fs::path& path, const char* extension) {
  return fs::path(path).replace_extension(extension);
}

class OnnxPeer : public testing::Test {
 protected:
  void SetUp() override {
    const std::string python = test::python_with("torch, onnx, numpy");
    if (python.empty()) GTEST_SKIP() << "no Python with torch, onnx and numpy";
    const char* given = std::getenv("FXE_ONNX_FILES");  // made by hand with an exporter of one's own
    folder = given ? fs::path(given) : test::run_script(python, "weights_converter/onnx/make_files.py");
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".onnx") models.push_back(entry.path());
    std::sort(models.begin(), models.end());
  }

  fs::path folder;
  std::vector<fs::path> models;
};

TEST_F(OnnxPeer, LogitsAreThoseOfPyTorch) {
  const auto backend = make_reference_backend();
  int compared = 0;
  for (const fs::path& path : models) {
    if (!fs::exists(beside(path, ".logits.f32"))) continue;
    SCOPED_TRACE(path.filename().string());
    ++compared;
    const auto input = test::read_floats(beside(path, ".input.f32")),
               logits = test::read_floats(beside(path, ".logits.f32"));
    try {
      const Model model = load(path);
      const auto n = static_cast<int64_t>(input.size()) / infer_shapes(model.graph, 1)[0].elements();
      const NetworkReference reference = reference_network(model, input, n);
      // PyTorch's error and fxe's, each within the bound of the same network.
      const auto peer = test::compare(logits, reference.logits, [&](size_t i) { return reference.bound(i); });
      EXPECT_TRUE(peer) << "PyTorch: " << peer.message;
      const auto own = run_model(model, *backend, input, n);
      const auto result = test::compare(own, reference.logits, [&](size_t i) { return reference.bound(i); });
      EXPECT_TRUE(result) << "fxe: " << result.message;
      EXPECT_EQ(run_model(test::converted(model, path), *backend, input, n), own) << "converted";
    } catch (const Error& e) {
      ADD_FAILURE() << e.what();
    }
  }
  EXPECT_GE(compared, 40);
}

TEST_F(OnnxPeer, WhatCannotBeImportedIsRefusedInOneLine) {
  int refused = 0;
  for (const fs::path& path : models) {
    if (!fs::exists(beside(path, ".expected"))) continue;
    SCOPED_TRACE(path.filename().string());
    ++refused;
    try {
      load(path);
      ADD_FAILURE() << "expected an error with: " << test::read_text(beside(path, ".expected"));
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      EXPECT_THAT(e.what(), testing::HasSubstr(test::read_text(beside(path, ".expected"))));
      EXPECT_THAT(e.what(), testing::StartsWith(path.string() + ": "));
      EXPECT_THAT(e.what(), testing::Not(testing::HasSubstr("\n")));
    }
  }
  EXPECT_GE(refused, 20);
}

TEST_F(OnnxPeer, TensorsAreNamedLikeTheInitializersAndSoftmaxIsNoted) {
  const WeightFile view = read_weight_file(folder / "view_13.onnx");
  EXPECT_TRUE(view.tensors.contains("conv.weight"));
  EXPECT_TRUE(view.tensors.contains("weight"));
  EXPECT_TRUE(view.tensors.contains("bias"));
  EXPECT_THAT(view.notes, testing::IsEmpty());
  EXPECT_THAT(read_weight_file(folder / "mean_13.onnx").notes,
              testing::ElementsAre(testing::HasSubstr("softmax at the end is left out")));
}

TEST_F(OnnxPeer, OutputsAreChosenByNameOrTheFirstThatCanBeRead) {
  const fs::path path = folder / "outputs.onnx";
  const WeightFile usual = read_weight_file(path), named = read_weight_file(path, {.output = "y"}),
                   inner = read_weight_file(path, {.output = "f"});
  EXPECT_THAT(
      usual.notes,
      testing::Contains("of its 2 outputs 'y' is read, not 'best' (--output-name NAME reads another)"));
  EXPECT_EQ(graph_to_json(*usual.graph), graph_to_json(*named.graph));
  EXPECT_THAT(named.notes, testing::Each(testing::Not(testing::HasSubstr("outputs"))));
  EXPECT_EQ(inner.graph->nodes.size() + 1, usual.graph->nodes.size());
  const auto refusal = [&](const fs::path& file, const char* output) {
    return test::error_of([&] { read_weight_file(file, {.output = output}); });
  };
  EXPECT_THAT(refusal(path, "yy"),
              testing::HasSubstr("the model has no value 'yy' (nearest of its outputs: y"));
  EXPECT_THAT(refusal(path, "best"), testing::HasSubstr("operators that fxe does not have: ArgMax"));
}

TEST_F(OnnxPeer, AnOpenSizeIsTakenFromTheUser) {
  const WeightFile open = read_weight_file(folder / "open_size.onnx", {.input = Input{3, 12, 10}}),
                   fixed = read_weight_file(folder / "fixed_size.onnx", {.input = Input{3, 99, 99}});
  EXPECT_EQ(graph_to_json(*open.graph), graph_to_json(*fixed.graph));
  EXPECT_THAT(test::error_of([&] { read_weight_file(folder / "open_size.onnx"); }),
              testing::HasSubstr("no fixed size on axis 1, its height; name one with --input HEIGHTxWIDTH"));
  EXPECT_THAT(read_weight_file(folder / "bytes_planes.onnx").notes,
              testing::ElementsAre(testing::HasSubstr("scale 1, mean 0 and std 1")));
}

}  // namespace
}  // namespace fxe
