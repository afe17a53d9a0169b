// SPDX-License-Identifier: Apache-2.0
// "fxe classify": the best classes of images, and with --explain how the ensemble arrived at them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class Classify : public testing::Test {
 protected:
  Outcome classify(std::vector<std::string> words) {
    words.insert(words.begin(), "classify");
    words.insert(words.end(), {"--threads", "1", "--json", folder / "c.json"});
    return fxe(words);
  }
  Json report() { return read_json(folder / "c.json"); }

  const SmallEnsemble& small = small_ensemble();
  const std::string image = small.images + "/0/100.ppm";
  Folder folder;
};

TEST_F(Classify, PrintsTheFiveBestClassesByName) {
  write_text(folder / "names.txt", "ant\nbee\ncat\ndog\nelk\nfox\ngnu\nhen\nibis\njay\n");
  const auto run = classify({small.ensemble, image, "--classes", folder / "names.txt"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Json found = report()["images"][0];
  EXPECT_EQ(report()["schema"], "fxe.classify/1");
  EXPECT_EQ(found["status"], "ok");
  ASSERT_EQ(found["top"].size(), 5u);
  EXPECT_EQ(found["top"][0]["class"], found["predicted"]);
  EXPECT_NEAR(found["top"][0]["p"], found["p1"].get<double>(), 1e-6);
  EXPECT_NEAR(found["top"][0]["p"].get<double>() - found["top"][1]["p"].get<double>(), found["margin"], 1e-6);
  double before = 1;
  for (const auto& t : found["top"]) {
    EXPECT_LE(t["p"], before);
    before = t["p"];
    EXPECT_THAT(run.out, HasSubstr(fmt::format("{:.2f}%  {}\n", 100 * t["p"].get<double>(),
                                               t["name"].get<std::string>())));
  }
  const std::string names = "antbeecatdogelkfoxgnuhenibisjay";
  for (const auto& t : found["top"]) EXPECT_THAT(names, HasSubstr(t["name"].get<std::string>()));
}

TEST_F(Classify, ExplainsEveryStageAsEvalPredictsIt) {
  const auto run = classify({small.ensemble, image, "--policy", "full", "--explain"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Json stages = report()["images"][0]["stages"];
  ASSERT_EQ(stages.size(), 3u);
  for (size_t k = 0; k < 3; ++k) {
    const auto row = small.predictions({"--policy", fmt::format("first:{}", k + 1), "--limit", "1"}).at(0);
    EXPECT_EQ(stages[k]["member"], std::string(1, static_cast<char>('a' + k)));
    EXPECT_EQ(stages[k]["top"][0]["class"], row.predicted);
    EXPECT_EQ(fmt::format("{:.9g}", stages[k]["margin"].get<double>()), fmt::format("{:.9g}", row.margin));
    EXPECT_GT(stages[k]["ms"], 0);
    EXPECT_THAT(run.out, HasSubstr(fmt::format("  {} {}: margin {:.4f}, ", k + 1,
                                               stages[k]["member"].get<std::string>(), row.margin)));
  }
  EXPECT_EQ(stages[1]["decision"], "go on: not above 1");
  EXPECT_EQ(stages[2]["decision"], "stop: the last member");
}

TEST_F(Classify, StopsWhereTheThresholdSays) {
  const double margin = small.predictions({"--policy", "first:1", "--limit", "1"}).at(0).margin;
  for (const bool below : {true, false}) {
    const std::string policy = fmt::format("t:{:.17g}", below ? margin - 1e-3 : margin + 1e-3);
    ASSERT_EQ(classify({small.ensemble, image, "--policy", policy}).code, 0);
    const Json found = report()["images"][0];
    EXPECT_EQ(found["members"] == 1, below);
    EXPECT_EQ(found["stages"].size(), found["members"]);
    EXPECT_THAT(found["stages"][0]["decision"].get<std::string>(),
                testing::StartsWith(below ? "stop: above" : "go on: not above"));
  }
}

TEST_F(Classify, ImagesThatCannotBeReadAreCountedAndWithStrictFatal) {
  write_text(folder / "bad.jpg", "no image");
  const std::vector<std::string> words = {small.ensemble, image, folder / "bad.jpg", folder / "none.png"};
  const auto run = classify(words);
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.err, HasSubstr("2 of 3 images failed"));
  EXPECT_EQ(report()["failed"], 2);
  EXPECT_EQ(report()["images"][0]["status"], "ok");
  for (size_t i : {1u, 2u}) {
    EXPECT_EQ(report()["images"][i]["status"], "failed");
    EXPECT_FALSE(report()["images"][i]["reason"].get<std::string>().empty());
  }
  auto strict = words;
  strict.push_back("--strict");
  EXPECT_EQ(classify(strict).code, 1);
  EXPECT_EQ(classify({small.ensemble, folder / "bad.jpg", folder / "none.png"}).code, 1);
}

// Whatever is wrong with an image, its name is said.
TEST_F(Classify, ImagesThatCannotBePreparedAreNamed) {
  write_text(folder / "long.pgm", "P5 300000 1 255\n" + std::string(300'000, 'x'));
  const std::vector<std::string> words = {small.folder / "a.safetensors", folder / "long.pgm", image,
                                          "--preprocess", R"({"resize":{"to":32},"crop":32})"};
  const auto run = classify(words);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("long.pgm: 300000x1 pixels cannot be resized to "));
  EXPECT_THAT(report()["images"][0]["reason"], HasSubstr("long.pgm: 300000x1 pixels cannot be resized to "));
}

TEST_F(Classify, QuietPrintsNothing) {
  const auto run = classify({small.ensemble, image, "--explain", "--quiet"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.out + run.err, "");
}

TEST_F(Classify, WhatItCannotUseIsOneLine) {
  write_text(folder / "bad.jpg", "no image");
  expect_refused({"classify", small.ensemble}, "IMAGE...");
  expect_refused({"classify", small.ensemble, folder / "bad.jpg"}, "bad.jpg");
  expect_refused({"classify", small.ensemble, folder / "none.jpg"}, "none.jpg");
  expect_refused({"classify", folder / "none.json", image}, "none.json");
  expect_refused({"classify", small.ensemble, image, "--policy", "t:x"}, "threshold");
  expect_refused({"classify", small.ensemble, image, "--preprocess", "cifar-32"}, "--preprocess");
  expect_refused({"classify", small.ensemble, image, "--tail", "separate"}, "--tail separate");
}

}  // namespace
}  // namespace fxe::test
