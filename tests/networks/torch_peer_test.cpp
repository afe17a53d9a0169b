// SPDX-License-Identifier: Apache-2.0
// torchvision's networks with seeded random weights, in every published format, give PyTorch's logits within
// the bound for fp32 (docs/design/numerics.md), and the same bits from every file of the same graph.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "layers/optimize.h"
#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "networks/registry.h"
#include "tests/networks/tested_forms.h"
#include "tests/support/compare.h"
#include "tests/support/converted.h"
#include "tests/support/python_peer.h"
#include "tests/support/sanitized.h"
#include "weights_converter/read.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

// Formats are those of make_torch_cases.py. Inputs are as small as the network allows, so that double
// precision stays quick.
struct PeerCase {
  const char* network;
  int64_t size;
  int64_t images;
  const char* formats;
  bool sanitized;  // also under sanitizers, with one image
};

constexpr PeerCase kCases[] = {
    {"alexnet", 224, 2, "pth+legacy+safetensors+onnx", false},
    {"resnet18", 64, 8, "pth+legacy+safetensors+onnx+unfolded", true},
    {"resnet50", 40, 4, "pth+legacy+safetensors+onnx", false},
    {"resnext50_32x4d", 40, 1, "pth+onnx", false},
    {"wide_resnet50_2", 40, 1, "pth+onnx", false},
    {"squeezenet1_0", 64, 2, "pth+onnx", false},
    {"squeezenet1_1", 72, 2, "pth+onnx", true},
    {"densenet121", 64, 1, "pth+unfolded+onnx", false},
    {"googlenet", 64, 2, "pth+unfolded+onnx", false},
    {"mobilenet_v2", 64, 2, "pth+unfolded+onnx", true},
    {"mobilenet_v3_small", 64, 2, "pth+unfolded+onnx", true},
    {"shufflenet_v2_x0_5", 64, 2, "pth+unfolded+onnx", true},
    {"efficientnet_b0", 64, 1, "pth+onnx", false},
    {"convnext_tiny", 32, 1, "pth+onnx", false},
};

std::string arguments() {
  std::string text;
  for (const PeerCase& c : kCases)
    if (c.sanitized || !kSanitized)
      text += fmt::format("{}:{}:{}:{} ", c.network, c.size, kSanitized ? 1 : c.images, c.formats);
  return text;
}

std::string file_name(const PeerCase& c, const std::string& format) {
  if (format == "legacy") return fmt::format("{}.legacy.pth", c.network);
  if (format == "unfolded") return fmt::format("{}.unfolded.onnx", c.network);
  return fmt::format("{}.{}", c.network, format);
}

Model load(const PeerCase& c, const fs::path& path) {
  WeightFile file = read_weight_file(path);
  if (file.graph) return bind_weights(*std::move(file.graph), std::move(file.tensors), path.string());
  EXPECT_TRUE(recognise_networks(file.tensors).front().spec.starts_with(c.network));
  std::erase_if(file.tensors, [](const auto& tensor) { return is_for_training_only(tensor.first); });
  return bind_weights(build_network(fmt::format("{}:input={}", c.network, c.size)), std::move(file.tensors),
                      path.string());
}

bool has_batch_norm(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node& node) { return std::holds_alternative<BatchNorm>(node.op); });
}

// ONNX holds epsilon in fp32; PyTorch computes with 1e-5 or 1e-3 in double precision.
void widen_epsilon(Graph& graph) {
  for (Node& node : graph.nodes)
    if (auto* norm = std::get_if<BatchNorm>(&node.op))
      for (const double decimal : {1e-5, 1e-3})
        if (static_cast<float>(norm->epsilon) == static_cast<float>(decimal)) norm->epsilon = decimal;
}

class TorchNetworks : public testing::TestWithParam<PeerCase> {};

TEST_P(TorchNetworks, EveryFormatGivesPyTorchsLogits) {
  const PeerCase& c = GetParam();
  if (kSanitized && !c.sanitized) GTEST_SKIP() << "too long under sanitizers; runs without";
  const std::string python = python_with("torch, torchvision, onnx");
  if (python.empty()) GTEST_SKIP() << "no Python with torch, torchvision and onnx";
  const fs::path folder = run_script(python, "networks/make_torch_cases.py", arguments());
  const auto input = read_floats(folder / fmt::format("{}.input.f32", c.network)),
             peer = read_floats(folder / fmt::format("{}.logits.f32", c.network));
  const auto images = static_cast<int64_t>(input.size()) / (3 * c.size * c.size);
  const auto backend = make_cpu_backend(2);

  std::optional<NetworkReference> expected;  // of the source network
  bool batch_norm = false;
  std::vector<float> first;
  std::istringstream formats(c.formats);
  for (std::string format; std::getline(formats, format, '+');) {
    SCOPED_TRACE(format);
    Model model = load(c, folder / file_name(c, format));
    if (format == "unfolded") widen_epsilon(model.graph);
    if (!expected) {
      batch_norm = has_batch_norm(model.graph);
      expected = reference_network(model, input, images);
      const auto theirs = compare(peer, expected->logits, [&](size_t i) { return expected->bound(i); });
      EXPECT_TRUE(theirs) << "PyTorch: " << theirs.message;
    }
    const auto logits = run_model(optimize(model), *backend, input, images);
    const auto ours = compare(logits, expected->logits, [&](size_t i) { return expected->bound(i); });
    EXPECT_TRUE(ours) << "fxe: " << ours.message;
    fmt::print("cpu, {} from {}: {:.3g}% of the bound used\n", c.network, format, ours.percent_of_bound);
    if (first.empty()) first = logits;
    if (c.sanitized) {  // the smaller ones
      const bool own_graph = format == "onnx" || format == "unfolded";
      const auto spec = own_graph ? "" : fmt::format("{}:input={}", c.network, c.size);
      const auto again = converted(model, folder / file_name(c, format), spec);
      EXPECT_EQ(run_model(optimize(again), *backend, input, images), logits) << "converted";
    }
    // PyTorch's exporter folds BatchNorm in fp32: other weights.
    if (format != "onnx" || !batch_norm) {
      EXPECT_EQ(logits, first) << "other bits than the first of " << c.formats;
    }
  }
}

TEST(TestedForms, TheTableHasTheFormsThatTorchvisionWrites) {
  std::set<std::string> cases;
  for (const PeerCase& c : kCases)
    cases.insert(fmt::format("{} | torchvision | {} | {}", c.network, c.formats, c.size));
  EXPECT_EQ(tested_forms("TorchNetworks"), cases);
}

INSTANTIATE_TEST_SUITE_P(All, TorchNetworks, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.network); });

}  // namespace
}  // namespace fxe::test
