// SPDX-License-Identifier: Apache-2.0
// "fxe check": exit code 0 if every layer is within its bound, 3 if one is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Json = nlohmann::json;

class Check : public testing::Test {
 protected:
  Outcome check(std::vector<std::string> words) {
    words.insert(words.begin(), "check");
    words.insert(words.end(), {"--threads", "1", "--json", folder / "c.json"});
    return fxe(words);
  }
  Json report() { return read_json(folder / "c.json"); }

  Folder folder;
};

TEST_F(Check, EveryLayerOfANetworkHoldsAgainstEveryBackend) {
  for (const std::string against : {"reference", "cpu"}) {
    const auto run = check({"cifar_resnet8", "--against", against, "--batch", "2", "--seed", "5"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("every layer is within its bound"));
    const Json json = report();
    EXPECT_EQ(json["schema"], "fxe.check/1");
    EXPECT_EQ(json["against"], against);
    EXPECT_EQ(json["seed"], 5);
    EXPECT_EQ(json["ok"], true);
    const Json layers = json["members"][0]["layers"];
    EXPECT_EQ(layers.back()["layer"], "network");
    EXPECT_GT(layers.size(), 10u);
    for (const auto& layer : layers) EXPECT_EQ(layer["ok"], true) << layer;
  }
}

TEST_F(Check, AnEnsembleIsCheckedMemberByMember) {
  const auto run = check({small_ensemble().ensemble, "--quiet"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  const Json json = report();
  std::vector<std::string> names;
  for (const auto& member : json["members"]) names.push_back(member["name"]);
  EXPECT_THAT(names, testing::ElementsAre("a", "b", "c"));
}

// Errors of trained networks are correlated, which the whole network's bound must account for.
TEST_F(Check, TrainedNetworksHold) {
  for (const char* file :
       {"cifar10/weights/resnet20-12fca82f.th", "imagenet/weights/mobilenet_v1_0.5_160.onnx"}) {
    const fs::path model = shared_data() / file;
    if (!fs::exists(model)) GTEST_SKIP() << "no " << file << " (set FXE_DATA)";
    const auto run = check({model.string(), "--quiet"});
    EXPECT_EQ(run.code, 0) << run.err;
  }
}

// Weights so large that fp32 overflows where double precision does not: the cpu backend cannot be right.
TEST_F(Check, NamesTheLayerThatDoesNotHold) {
  write_member(folder / "large.safetensors", "cifar_resnet8", 1, "layer2.0.conv1.weight", 3e38f);
  const auto run = check({folder / "large.safetensors"});
  EXPECT_EQ(run.code, 3);
  EXPECT_EQ(lines_of(run.err), 1u) << run.err;
  EXPECT_THAT(run.err, testing::StartsWith("fxe check: "));
  EXPECT_THAT(run.err, HasSubstr("layer2.0.conv1"));
  EXPECT_THAT(run.out, HasSubstr("FAIL layer2.0.conv1"));
  const Json json = report();
  EXPECT_EQ(json["ok"], false);
  std::vector<std::string> wrong;
  for (const auto& layer : json["members"][0]["layers"])
    if (!layer["ok"]) wrong.push_back(layer["layer"]);
  ASSERT_FALSE(wrong.empty());
  EXPECT_EQ(wrong[0], "layer2.0.conv1") << "what comes before is right";
}

TEST_F(Check, WhatItCannotUseIsOneLine) {
  expect_refused({"check"}, "ENSEMBLE|MODEL|NETWORK");
  expect_refused({"check", "resnet5"}, "nearest: resnet50");
  expect_refused({"check", "cifar_resnet8", "--against", "tpu"}, "--against");
  expect_refused({"check", "cifar_resnet8", "--against", "cuda:x"}, "--against");
  expect_refused({"check", small_ensemble().ensemble, "--network", "resnet50"}, "--network");
  expect_refused({"check", "cifar_resnet8", "--seed", "-1"}, "--seed");
}

}  // namespace
}  // namespace fxe::test
