// SPDX-License-Identifier: Apache-2.0
// "fxe inspect": what a model is and what a plan of it needs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class Inspect : public testing::Test {
 protected:
  Json inspect(std::vector<std::string> words) {
    words.insert(words.begin(), "inspect");
    words.insert(words.end(), {"--threads", "1", "--json", folder / "i.json"});
    outcome = fxe(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code ? Json() : read_json(folder / "i.json");
  }

  Folder folder;
  Outcome outcome;
};

struct Published {
  const char* network;
  int64_t parameters;
  double million_multiply_adds;
  const char* last_layer;
};
void PrintTo(const Published& p, std::ostream* to) { *to << p.network; }

class InspectNetwork : public Inspect, public testing::WithParamInterface<Published> {};

// As torchvision's model pages give them.
TEST_P(InspectNetwork, PrintsThePublishedSizes) {
  const Json json = inspect({GetParam().network});
  ASSERT_FALSE(json.is_null());
  EXPECT_EQ(json["schema"], "fxe.inspect/1");
  const Json member = json["members"][0];
  EXPECT_EQ(member["parameters"], GetParam().parameters);
  EXPECT_NEAR(member["multiply_adds"].get<double>() / 1e6, GetParam().million_multiply_adds,
              0.005 * GetParam().million_multiply_adds);
  EXPECT_THAT(outcome.out, HasSubstr(std::to_string(GetParam().parameters) + " parameters"));
  EXPECT_THAT(outcome.out, HasSubstr("[1, 3, 224, 224]"));
  int64_t parameters = 0, multiply_adds = 0;
  for (const auto& layer : member["layers"]) {
    parameters += layer["parameters"].get<int64_t>();
    multiply_adds += layer["multiply_adds"].get<int64_t>();
    EXPECT_THAT(outcome.out, HasSubstr(layer["name"].get<std::string>()));
  }
  EXPECT_EQ(parameters, GetParam().parameters);
  EXPECT_EQ(multiply_adds, member["multiply_adds"]);
  EXPECT_EQ(member["layers"].back()["name"], GetParam().last_layer);
  EXPECT_EQ(member["layers"].back()["output"], "[1, 1000]");
}

INSTANTIATE_TEST_SUITE_P(Networks, InspectNetwork,
                         testing::Values(Published{"alexnet", 61'100'840, 714, "classifier.6"},
                                         Published{"resnet50", 25'557'032, 4089, "fc"}));

TEST_F(Inspect, TheMemoryPlanLiesInTheArenaAndSavesSome) {
  const Json member = inspect({"cifar_resnet20", "--batch", "4"})["members"][0];
  const int64_t arena = member["arena_bytes"];
  EXPECT_LT(arena, member["value_bytes"]);
  ASSERT_FALSE(member["plan"].empty());
  int64_t end = 0, bytes = 0;
  for (const auto& step : member["plan"]) {
    bytes += step["bytes"].get<int64_t>();
    EXPECT_FALSE(step["implementation"].get<std::string>().empty());
    if (!step["offset_bytes"].is_null())
      end = std::max(end, step["offset_bytes"].get<int64_t>() + step["bytes"].get<int64_t>());
  }
  EXPECT_EQ(bytes, member["value_bytes"]);
  EXPECT_GT(end, 0);
  EXPECT_LE(end, arena);
  const int64_t one = inspect({"cifar_resnet20"})["members"][0]["arena_bytes"];
  EXPECT_GT(arena, 3 * one);
}

TEST_F(Inspect, AnEnsembleShowsItsMembersAndItsProgram) {
  const auto& small = small_ensemble();
  const Json json = inspect({small.ensemble, "--policy", "t:0.5"});
  ASSERT_EQ(json["members"].size(), 3u);
  EXPECT_EQ(json["members"][2]["name"], "c");
  EXPECT_EQ(json["members"][2]["parameters"], 75290);
  EXPECT_EQ(json["policy"], "t:0.5");
  EXPECT_GT(json["instructions"], 3);
  EXPECT_THAT(outcome.out, HasSubstr("program of policy t:0.5"));
  EXPECT_THAT(outcome.out, testing::Not(HasSubstr("layer1.0.conv1")));
  inspect({small.ensemble, "--layers"});
  EXPECT_THAT(outcome.out, HasSubstr("layer1.0.conv1"));
}

TEST_F(Inspect, AModelFileNamesItsFormatAndNetwork) {
  const Json member = inspect({small_ensemble().folder / "a.safetensors"})["members"][0];
  EXPECT_EQ(member["format"], "safetensors");
  EXPECT_EQ(member["network"], "cifar_resnet8");
  EXPECT_EQ(member["weight_bytes"].get<int64_t>() % 4, 0);
}

TEST_F(Inspect, QuietPrintsNothingAndNetworksListsThem) {
  for (const std::string& what : {std::string("cifar_resnet8"), small_ensemble().ensemble}) {
    inspect({what, "--quiet"});
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_THAT(fxe({"inspect", "--networks"}).out, HasSubstr("\nresnet50\n"));
}

TEST_F(Inspect, WhatItCannotUseIsOneLine) {
  expect_refused({"inspect"}, "ENSEMBLE|MODEL|NETWORK");
  expect_refused({"inspect", "resnet5"}, "nearest: resnet50");
  expect_refused({"inspect", folder / "none.pth"}, "no such file");
  expect_refused({"inspect", "cifar_resnet8", "resnet50"}, "1 more");
  expect_refused({"inspect", "resnet50:classes=none"}, "classes");
  expect_refused({"inspect", small_ensemble().ensemble, "--network", "resnet50"}, "--network");
  expect_refused({"inspect", small_ensemble().ensemble, "--policy", "first:9"}, "first:3");
}

}  // namespace
}  // namespace fxe::test
