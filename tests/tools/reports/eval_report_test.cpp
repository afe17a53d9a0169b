// SPDX-License-Identifier: Apache-2.0
// What "fxe eval" reports, recomputed from its own predictions file.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

double top1(const std::vector<Prediction>& rows) {
  double right = 0;
  for (const auto& r : rows) right += r.predicted == r.label;
  return right / static_cast<double>(rows.size());
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;  // nlohmann::json sorts them
}

// Multiply-adds of each of the three members.
double member_macs(const SmallEnsemble& small) {
  Folder out;
  EXPECT_EQ(fxe({"inspect", small.folder / "a.safetensors", "--json", out / "i.json"}).code, 0);
  return read_json(out / "i.json")["members"][0]["multiply_adds"];
}

class EvalReport : public testing::Test {
 protected:
  // An evaluation with labels, exits everywhere and the full ensemble beside it.
  void run(const std::vector<std::string>& more) {
    std::vector<std::string> words = {
        "eval",       small.ensemble,  small.images,     "--labels", small.labels,      "--policy",
        "t:0.1,0.12", "--predictions", folder / "p.csv", "--json",   folder / "r.json", "--threads",
        "1"};
    words.insert(words.end(), more.begin(), more.end());
    outcome = fxe(words);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    rows = read_predictions(folder / "p.csv");
    report = read_json(folder / "r.json");
  }

  const SmallEnsemble& small = small_ensemble();
  Folder folder;
  Outcome outcome;
  std::vector<Prediction> rows;
  Json report;
};

TEST_F(EvalReport, HoldsEveryKeyOfTheSchema) {
  run({"--compare-full", "--batch", "7"});
  EXPECT_EQ(report["schema"], "fxe.eval/1");
  for (const char* key : {"ensemble",
                          "device",
                          "precision",
                          "policy",
                          "batch",
                          "images",
                          "labelled",
                          "layout",
                          "left_out",
                          "warning",
                          "failed",
                          "top1",
                          "top5",
                          "mean_members",
                          "mean_macs",
                          "exits",
                          "time_per_image_ms",
                          "latency_ms",
                          "images_per_second",
                          "input_ms",
                          "full"})
    EXPECT_TRUE(report.contains(key)) << key;
  EXPECT_THAT(keys(report["full"]), ElementsAre("gap", "gap_ci95", "latency_ms", "mean_macs", "speedup",
                                                "time_per_image_ms", "top1", "top5"));
  for (const auto& latency : {report["latency_ms"], report["full"]["latency_ms"]})
    EXPECT_THAT(keys(latency), ElementsAre("mean", "p50", "p90", "p95", "p99"));
  // Here every number exists: none may be null, which is how NaN would be written. (flatten() makes null of
  // an empty list.)
  EXPECT_THAT(report["failed"], testing::IsEmpty());
  EXPECT_THAT(report["left_out"], testing::IsEmpty());
  EXPECT_TRUE(report["warning"].is_null());
  for (const char* key : {"failed", "left_out", "warning"}) report.erase(key);
  const Json flat = report.flatten();
  for (const auto& [place, value] : flat.items()) EXPECT_FALSE(value.is_null()) << place;
  EXPECT_EQ(read_text(folder / "r.json").find("nan"), std::string::npos);
}

TEST_F(EvalReport, AgreesWithThePredictions) {
  run({});
  ASSERT_EQ(rows.size(), static_cast<size_t>(SmallEnsemble::kImages));
  std::vector<int> exits(3);
  double members = 0;
  for (const auto& r : rows) {
    ++exits.at(static_cast<size_t>(r.members - 1));
    members += r.members;
  }
  EXPECT_THAT(exits, testing::Each(testing::Gt(0))) << "images must stop everywhere";
  EXPECT_EQ(report["images"], SmallEnsemble::kImages);
  EXPECT_EQ(report["labelled"], SmallEnsemble::kImages);
  EXPECT_EQ(report["batch"], 1);
  EXPECT_EQ(report["exits"], Json(exits));
  EXPECT_DOUBLE_EQ(report["top1"], top1(rows));
  EXPECT_DOUBLE_EQ(report["mean_members"], members / SmallEnsemble::kImages);
  EXPECT_NEAR(report["mean_macs"], member_macs(small) * members / SmallEnsemble::kImages, 1);
  EXPECT_FALSE(report.contains("full"));
  EXPECT_EQ(report["policy"]["text"], "t:0.1,0.12");
  EXPECT_EQ(report["policy"]["thresholds"], Json({0.1, 0.12}));
  EXPECT_EQ(report["policy"]["members"], Json({"a", "b", "c"}));
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format(" * Acc@1 {:.3f} Acc@5 {:.3f}\n", 100 * top1(rows),
                                                 100 * report["top5"].get<double>())));
}

TEST_F(EvalReport, Top5IsThatOfTheClassesThatClassifyLists) {
  run({});
  std::vector<std::string> words = {"classify",   small.ensemble, "--policy",
                                    "t:0.1,0.12", "--quiet",      "--threads",
                                    "1",          "--json",       folder / "c.json"};
  for (const auto& r : rows) words.push_back(small.images + "/" + r.path);
  ASSERT_EQ(fxe(words).code, 0);
  const Json images = read_json(folder / "c.json")["images"];
  ASSERT_EQ(images.size(), rows.size());
  double right = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(images[i]["predicted"], rows[i].predicted);
    ASSERT_EQ(images[i]["top"].size(), 5u);
    EXPECT_EQ(images[i]["top"][0]["class"], rows[i].predicted);
    for (const auto& t : images[i]["top"]) right += t["class"] == rows[i].label;
  }
  EXPECT_DOUBLE_EQ(report["top5"], right / static_cast<double>(rows.size()));
}

TEST_F(EvalReport, GapIsThatOfTwoPredictionsFiles) {
  run({"--compare-full"});
  const auto full = small.predictions({"--labels", small.labels, "--policy", "full"});
  ASSERT_NE(top1(full), top1(rows)) << "the comparison needs a gap";
  EXPECT_NEAR(report["full"]["gap"], top1(full) - top1(rows), 1e-12);
  EXPECT_DOUBLE_EQ(report["full"]["top1"], top1(full));
  EXPECT_NEAR(report["full"]["mean_macs"], 3 * member_macs(small), 1);
  EXPECT_LT(report["full"]["gap_ci95"][0], report["full"]["gap"]);
  EXPECT_GT(report["full"]["gap_ci95"][1], report["full"]["gap"]);
  EXPECT_DOUBLE_EQ(report["full"]["speedup"], report["full"]["time_per_image_ms"].get<double>() /
                                                  report["time_per_image_ms"].get<double>());
}

TEST_F(EvalReport, WithoutLabelsWhatNeedsThemIsNull) {
  for (int i = 0; i < 3; ++i)
    write_text(folder / ("flat/" + std::to_string(i) + ".ppm"), rendered_image(static_cast<uint64_t>(i)));
  const auto flat = fxe({"eval", small.ensemble, folder / "flat", "--compare-full", "--json",
                         folder / "r.json", "--results-file", folder / "timm.csv", "--threads", "1"});
  ASSERT_EQ(flat.code, 0) << flat.err;
  report = read_json(folder / "r.json");
  EXPECT_EQ(report["images"], 3);
  EXPECT_EQ(report["labelled"], 0);
  for (const char* key : {"top1", "top5"}) EXPECT_TRUE(report[key].is_null()) << key;
  for (const char* key : {"top1", "top5", "gap"}) EXPECT_TRUE(report["full"][key].is_null()) << key;
  EXPECT_EQ(report["full"]["gap_ci95"], Json({nullptr, nullptr}));
  EXPECT_EQ(flat.out.find("nan"), std::string::npos) << flat.out;
  EXPECT_EQ(flat.out.find("Acc@1"), std::string::npos) << "timm's line without figures";
  EXPECT_THAT(flat.out, HasSubstr("no labels, so no gap"));
  EXPECT_EQ(read_text(folder / "timm.csv").find("nan"), std::string::npos);
}

}  // namespace
}  // namespace fxe::test
