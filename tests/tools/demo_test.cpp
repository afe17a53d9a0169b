// SPDX-License-Identifier: Apache-2.0
// The ensemble that ships with the project, trained, on rendered images.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "engine/input/loader.h"
#include "layers/optimize.h"
#include "layers/reference/error_correlation.h"
#include "runtime/model_loader.h"
#include "tests/paths.h"
#include "tests/support/sanitized.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

const std::string kEnsemble = FXE_SOURCE_DIR "/demo/ensemble.json";
constexpr int kDemoImages = 64;
constexpr double kDemoDelta = 1e-4;  // of a logit; DerivedBound

struct Images {
  Folder folder;
  std::string path = folder / "images";

  Images() {
    const std::string command = fmt::format("'{}/render_demo' '{}' --count {} --seed 1 >/dev/null",
                                            FXE_BINARY_DIR, path, kDemoImages);
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
};
const Images& images() {
  static const Images made;
  return made;
}

std::string predictions_file(const std::string& policy, int batch) {
  Folder out;
  const auto run = fxe({"eval", kEnsemble, images().path, "--policy", policy, "--batch",
                        std::to_string(batch), "--quiet", "--predictions", out / "p.csv"});
  EXPECT_EQ(run.code, 0) << run.err;
  return run.code ? "" : read_text(out / "p.csv");
}

std::vector<Prediction> predictions(const std::string& policy) {
  Folder out;
  write_text(out / "p.csv", predictions_file(policy, 1));
  return read_predictions(out / "p.csv");
}

class DemoAtBatch : public testing::TestWithParam<int> {};

TEST_P(DemoAtBatch, ThresholdOneIsTheFullEnsembleInEveryByte) {
  const auto full = predictions_file("full", GetParam());
  EXPECT_EQ(lines_of(full), 1u + kDemoImages);
  EXPECT_EQ(predictions_file("t:1", GetParam()), full);
}

TEST_P(DemoAtBatch, NegativeThresholdIsTheFirstMemberInEveryByte) {
  EXPECT_EQ(predictions_file("t:-1", GetParam()), predictions_file("first:1", GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Batches, DemoAtBatch, testing::Values(1, 7, 32));

TEST(Demo, StoredPolicyStopsAtSeveralSizesAndEachRowIsThatOfItsMembers) {
  const auto rows = predictions("stored");
  std::map<int, std::vector<Prediction>> after;
  for (const auto& row : rows)
    if (!after.contains(row.members)) after[row.members] = predictions(fmt::format("first:{}", row.members));
  EXPECT_GE(after.size(), 3u);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& expected = after[rows[i].members][i];
    EXPECT_EQ(rows[i].predicted, expected.predicted) << rows[i].path;
    EXPECT_EQ(rows[i].margin, expected.margin) << rows[i].path;
  }
}

TEST(Demo, FullEnsembleAnswersAsPyTorch) {
  std::map<std::string, std::pair<int, double>> golden;
  std::istringstream lines(read_text(FXE_SOURCE_DIR "/tests/tools/demo_golden.csv"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.starts_with("path,")) continue;
    std::istringstream fields(line);
    std::string path, label, predicted, p1;
    for (std::string* field : {&path, &label, &predicted, &p1}) std::getline(fields, *field, ',');
    golden[path] = {std::stoi(predicted), std::stod(p1)};
  }
  ASSERT_EQ(golden.size(), static_cast<size_t>(kDemoImages));
  for (const auto& row : predictions("full")) {
    const auto [predicted, p1] = golden.at(row.path);
    EXPECT_NEAR(row.p1, p1, kDemoDelta) << row.path;
    if (row.margin > 2 * kDemoDelta) {
      EXPECT_EQ(row.predicted, predicted) << row.path;
    }
  }
}

// The members' mean is no farther from exact arithmetic than the worst of them: twice the bound of one, for
// fxe and for PyTorch, times 2 because other images and members may have larger values. |dp| <= |dz|.
TEST(Demo, DerivedBound) {
  if (kSanitized) GTEST_SKIP() << "double precision: in the release build only";
  const auto file = read_json(kEnsemble);
  const Dataset dataset = open_dataset(images().path);
  Loader loader(dataset, {parse_preprocess(file["members"][0]["preprocess"], "demo")}, 1, 1, 0, 1);
  const auto input = as_floats(loader.next()->inputs[0]);
  const Model model = optimize(load_model(FXE_SOURCE_DIR "/demo/m0.safetensors", "cifar_resnet14").model);
  auto reference = reference_network(model, input, 1);
  widen_by_correlation(reference, model, input, 1);
  double largest = 0;
  for (size_t i = 0; i < reference.logits.size(); ++i) largest = std::max(largest, reference.bound(i));
  fmt::print("m0: logits within {:.1e}\n", largest);
  EXPECT_LE(4 * largest, kDemoDelta);
}

}  // namespace
}  // namespace fxe::test
