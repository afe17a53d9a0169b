// SPDX-License-Identifier: Apache-2.0
// Networks by name give the logits that torchvision's and timm's own code gives for the same
// weights under the same names (golden_logits.txt, made by make_golden_logits.py), within the bound
// for fp32 (docs/design/numerics.md).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "layers/optimize.h"
#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "networks/registry.h"
#include "tests/networks/named_values.h"
#include "tests/networks/tested_forms.h"
#include "tests/paths.h"
#include "tests/support/compare.h"
#include "tests/support/python_peer.h"
#include "tests/support/sanitized.h"
#include "weights_converter/read.h"
#include "weights_converter/safetensors/file.h"

namespace fxe::test {
namespace {

struct Golden {
  std::string peer, model, spec;
  std::vector<double> logits;
};

std::vector<Golden> read_golden(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Golden> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    Golden row;
    words >> row.peer >> row.model >> row.spec;
    for (double value; words >> value;) row.logits.push_back(value);
    rows.push_back(std::move(row));
  }
  return rows;
}

// $FXE_GOLDEN_LOGITS: another file, for networks too large for every day (README.md).
std::vector<Golden> committed() {
  const char* given = std::getenv("FXE_GOLDEN_LOGITS");
  return read_golden(given ? given : FXE_SOURCE_DIR "/tests/networks/golden_logits.txt");
}

// The model read from a file as timm publishes it: its weights with BatchNorm's counters, and nothing that
// names the network.
Model through_safetensors(const Model& model, const Golden& golden) {
  TensorMap weights = model.weights;
  for (const auto& [name, tensor] : model.weights)
    if (name.ends_with(".running_mean"))
      weights[name.substr(0, name.size() - 12) + "num_batches_tracked"] =
          Tensor::from_bytes(DType::i64, Shape{}, std::vector<std::byte>(8, std::byte{1}));
  const auto path = temporary_file(golden.model + ".safetensors", "");
  write_safetensors(path, weights, {{"format", "pt"}});
  WeightFile file = read_weight_file(path);
  std::filesystem::remove(path);  // its bytes stay mapped
  const auto spec = golden.spec.substr(0, golden.spec.find(",input="));
  EXPECT_TRUE(std::ranges::any_of(recognise_networks(file.tensors),
                                  [&](const RecognisedNetwork& n) { return n.spec == spec; }));
  std::erase_if(file.tensors, [](const auto& tensor) { return is_for_training_only(tensor.first); });
  return bind_weights(build_network(golden.spec), std::move(file.tensors), golden.model);
}

int64_t total_multiply_adds(const Graph& graph) {
  const auto shapes = infer_shapes(graph, 1);
  int64_t total = 0;
  for (const Node& node : graph.nodes) {
    total += multiply_adds(node.op, input_shapes(node, shapes));
  }
  return total;
}

// "googlenet:transform_input=true" of "googlenet:transform_input=true,classes=16,input=64".
std::string network_of(const std::string& spec) { return spec.substr(0, spec.find("classes=") - 1); }

class GoldenLogits : public testing::TestWithParam<Golden> {};

TEST_P(GoldenLogits, AreThoseOfThePeer) {
  const Golden& golden = GetParam();
  Graph graph = build_network(golden.spec);
  if (kSanitized && total_multiply_adds(graph) > 30'000'000)
    GTEST_SKIP() << "too long under sanitizers; runs without";
  Model model = with_named_weights(std::move(graph));
  if (golden.peer == "timm") model = through_safetensors(model, golden);
  const auto image = named_image(model.input());
  const NetworkReference reference = reference_network(model, image, 1);
  const auto within = [&](size_t i) { return reference.bound(i); };

  ASSERT_EQ(golden.logits.size(), reference.logits.size());
  for (size_t i = 0; i < golden.logits.size(); ++i)
    EXPECT_NEAR(golden.logits[i], reference.logits[i], reference.bound(i)) << "class " << i;
  const auto backend = make_cpu_backend(2);
  const auto c = compare(run_model(optimize(model), *backend, image, 1), golden.logits, within);
  EXPECT_TRUE(c) << c.message;
  fmt::print("cpu, {} as {} has it: {:.3g}% of the bound used\n", golden.spec, golden.peer,
             c.percent_of_bound);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenLogits, testing::ValuesIn(committed()), [](const auto& row) {
  const bool plain = network_of(row.param.spec).find(':') == std::string::npos;
  return fmt::format("{}_{}{}", row.param.peer, row.param.model, plain ? "" : "_with_options");
});

TEST(TestedForms, TheTableHasTheFormsWhoseLogitsAreKept) {
  std::set<std::string> cases;
  for (const Golden& golden : committed()) {
    const std::string& spec = golden.spec;
    cases.insert(fmt::format("{} | {} {} | {} | {}", network_of(spec), golden.peer, golden.model,
                             golden.peer == "timm" ? "safetensors" : "weights by name",
                             spec.substr(spec.rfind("input=") + 6)));
  }
  EXPECT_EQ(tested_forms(std::getenv("FXE_GOLDEN_LOGITS") ? "GoldenLogits by hand" : "GoldenLogits"), cases);
}

// The committed file is what its script writes.
TEST(GoldenFile, IsWhatThePeersWriteToday) {
  if (kSanitized) GTEST_SKIP() << "the peers' code, not fxe's; runs without sanitizers";
  const std::string python = python_with("timm, torch, torchvision");
  if (python.empty()) GTEST_SKIP() << "no Python with timm, torch and torchvision (set FXE_PYTHON)";
  const auto golden = committed(),
             today = read_golden(run_script(python, "networks/make_golden_logits.py") / "golden_logits.txt");
  ASSERT_EQ(golden.size(), today.size());
  for (size_t i = 0; i < golden.size(); ++i) {
    SCOPED_TRACE(golden[i].spec);
    EXPECT_EQ(golden[i].spec, today[i].spec);
    ASSERT_EQ(golden[i].logits.size(), today[i].logits.size());
    // Double precision in another order differs by far less than fp32 could resolve.
    for (size_t k = 0; k < golden[i].logits.size(); ++k)
      EXPECT_NEAR(golden[i].logits[k], today[i].logits[k], 1e-9 * (1 + std::abs(golden[i].logits[k])));
  }
}

}  // namespace
}  // namespace fxe::test
