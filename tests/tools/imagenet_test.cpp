// SPDX-License-Identifier: Apache-2.0
// Trained ImageNet networks on real photographs: in a release build the accuracy that an independent
// implementation measured for each, on all 800 images; in every build ONNX Runtime's and PyTorch's answers on
// the first images.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
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

struct Member {
  const char *name, *file, *network;
  int size;
  const char* values;  // of preprocess: how pixels become the network's numbers
  double top1;         // percent on val800, as measured by the other implementation
};
void PrintTo(const Member& member, std::ostream* to) { *to << member.name; }

constexpr const char* kUnit =
    R"("channels": "rgb", "scale": 0.00392156862745098, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225])";
constexpr const char* kSigned =
    R"("channels": "rgb", "scale": 1, "mean": [128, 128, 128], "std": [128, 128, 128])";

const std::vector<Member> kMembers = {
    {"mobilenet_v1_0.25", "mobilenetV1X0.25_pretrain.tar",
     "mobilenet_v1:width=0.25,activation=leaky_relu,slope=0.1", 224, kUnit, 55.88},
    {"mobilenet_v1_0.5", "mobilenet_v1_0.5_160.onnx", "", 160, kSigned, 64.62},
    {"mobilenet_v1_0.75", "mobilenet_v1_0.75_192.onnx", "", 192, kSigned, 74.00},
    {"mobilenet_v1_1.0", "mobilenet_v1_1.0_224.onnx", "", 224, kSigned, 76.50},
    {"mobilenet_v2_1.0", "mobilenet_v2_1.0_224.onnx", "", 224, kSigned, 77.50}};

// |z_fxe - z_peer| of every logit; DerivedBound shows where it comes from.
constexpr double kDelta = 1e-3;

std::string preprocess_of(const Member& m) {
  return fmt::format(R"({{"resize": {{"to": {0}, "side": "both", "filter": "bilinear", "antialias": true}}, )"
                     R"("crop": {0}, {1}}})",
                     m.size, m.values);
}

// The ensemble file of all members, each of which is also a profile of its own.
std::string ensemble_json(const fs::path& data) {
  nlohmann::ordered_json json = {{"schema", "fxe.ensemble/1"},
                                 {"name", "imagenet"},
                                 {"classes", fs::absolute(data / "synset_words.txt").string()},
                                 {"combine", "logits"}};
  for (const Member& m : kMembers) {
    nlohmann::ordered_json member = {{"name", m.name},
                                     {"model", fs::absolute(data / "weights" / m.file).string()}};
    if (*m.network) member["network"] = m.network;
    member["preprocess"] = nlohmann::ordered_json::parse(preprocess_of(m));
    json["members"].push_back(member);
    json["profiles"][m.name] = {{"members", {m.name}}, {"thresholds", nlohmann::ordered_json::array()}};
  }
  return json.dump(2);
}

class ImageNet : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(data / "val800/val.txt"))
      GTEST_SKIP() << "no imagenet in " << shared_data() << " (set FXE_DATA)";
    write_text(folder / "ensemble.json", ensemble_json(data));
  }

  // The ensemble on val800 under a policy.
  std::vector<Prediction> eval(const std::string& policy, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"eval",
                                      folder / "ensemble.json",
                                      (data / "val800").string(),
                                      "--policy",
                                      policy,
                                      "--batch",
                                      "8",
                                      "--quiet",
                                      "--predictions",
                                      folder / "p.csv"};
    words.insert(words.end(), more.begin(), more.end());
    const auto run = fxe(words);
    EXPECT_EQ(run.code, 0) << run.err;
    return run.code ? std::vector<Prediction>{} : read_predictions(folder / "p.csv");
  }

  const fs::path data = shared_data() / "imagenet";
  Folder folder;
};

class ImageNetMember : public ImageNet, public testing::WithParamInterface<Member> {};

TEST_P(ImageNetMember, HasThePublishedAccuracy) {
  if (kSanitized) GTEST_SKIP() << "800 images through a trained network: in the release build only";
  const auto rows = eval(fmt::format("stored:{}", GetParam().name));
  ASSERT_EQ(rows.size(), 800u);
  int right = 0;
  for (const auto& r : rows) right += r.predicted == r.label;
  const double top1 = right / 8.0;
  fmt::print("{}: top-1 {:.2f} of 800 images, {:.2f} expected\n", GetParam().name, top1, GetParam().top1);
  EXPECT_NEAR(top1, GetParam().top1, 0.25);
}

INSTANTIATE_TEST_SUITE_P(Members, ImageNetMember, testing::ValuesIn(kMembers));

// predicted and margin by image and member.
using Goldens = std::map<std::string, std::map<std::string, std::pair<int, double>>>;
Goldens goldens() {
  Goldens all;
  std::istringstream lines(read_text(FXE_SOURCE_DIR "/tests/tools/imagenet_golden.csv"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.starts_with("image,")) continue;
    std::istringstream fields(line);
    std::string image, member, predicted, margin;
    for (std::string* field : {&image, &member, &predicted, &margin}) std::getline(fields, *field, ',');
    all[member][image] = {std::stoi(predicted), std::stod(margin)};
  }
  return all;
}

TEST_F(ImageNet, FirstImagesAreAnsweredAsByOnnxRuntimeAndPyTorch) {
  for (const auto& [member, images] : goldens()) {
    const auto rows =
        eval(member == "full" ? "full" : "stored:" + member, {"--limit", std::to_string(images.size())});
    ASSERT_EQ(rows.size(), images.size()) << member;
    for (const auto& row : rows) {
      const auto [predicted, margin] = images.at(row.path);
      EXPECT_NEAR(row.margin, margin, 2 * kDelta) << member << ", " << row.path;
      if (margin > 2 * kDelta) {
        EXPECT_EQ(row.predicted, predicted) << member << ", " << row.path;
      }
    }
  }
}

// kDelta: twice the bound of one implementation, times 2 because other images may have larger values. The two
// cheapest members come first; the others are slow in double precision: FXE_ALL_BOUNDS=1.
TEST_F(ImageNet, DerivedBound) {
  if (kSanitized) GTEST_SKIP() << "double precision at this size: in the release build only";
  const size_t count = std::getenv("FXE_ALL_BOUNDS") ? kMembers.size() : 2;
  for (size_t k = 0; k < count; ++k) {
    const Member& m = kMembers[k];
    const Model model = optimize(load_model(data / "weights" / m.file, m.network).model);
    const Dataset dataset = open_dataset(data / "val800");
    Loader loader(dataset, {parse_preprocess(nlohmann::json::parse(preprocess_of(m)), m.name)}, 1, 1, 0, 1);
    const auto input = as_floats(loader.next()->inputs[0]);
    auto reference = reference_network(model, input, 1);
    widen_by_correlation(reference, model, input, 1);
    double largest = 0;
    for (size_t i = 0; i < reference.logits.size(); ++i) largest = std::max(largest, reference.bound(i));
    fmt::print("{}: logits within {:.1e}\n", m.name, largest);
    EXPECT_LE(4 * largest, kDelta) << m.name;
  }
}

}  // namespace
}  // namespace fxe::test
