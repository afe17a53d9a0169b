// SPDX-License-Identifier: Apache-2.0
// What "fxe replay" says against what "fxe eval" says on the same images.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "metareasoner/store/store.h"
#include "tests/paths.h"
#include "tests/tools/refused.h"
#include "tests/tools/small_stores.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;

TEST(Replay, EqualsEvalInEveryByteOnTheDemo) {
  if (!fs::exists(FXE_BINARY_DIR "/render_demo")) GTEST_SKIP() << "render_demo is not built";
  Folder folder;
  const std::string ensemble = FXE_SOURCE_DIR "/demo/ensemble.json", images = folder / "images";
  ASSERT_EQ(
      std::system(
          ("'" FXE_BINARY_DIR "/render_demo' '" + images + "' --count 200 --seed 7 >/dev/null").c_str()),
      0);
  record({ensemble, images, "-o", folder / "s"});
  record({ensemble, images, "-o", folder / "c", "--compact"});
  for (const std::string policy : {"full", "first:3", "t:0.5", "t:0.8", "stored"}) {
    const std::string expected = evaluated({ensemble, images, "--policy", policy});
    EXPECT_EQ(replayed({folder / "s", "--policy", policy, "--ensemble", ensemble}), expected) << policy;
    EXPECT_EQ(replayed({folder / "c", "--policy", policy, "--ensemble", ensemble}), expected) << policy;
  }
}

TEST(Replay, EqualsEvalInAnotherOrderCombinationWeightsAndTemperatures) {
  const auto& s = small_ensemble();
  auto json = nlohmann::ordered_json::parse(read_text(s.ensemble));
  const auto old = json["members"];
  json["members"] = {old[2], old[0], old[1]};
  const std::vector<double> weights = {1, 2.5, 0.5}, temperatures = {2, 0.5, 1};
  json["combine"] = "probabilities";
  for (size_t m = 0; m < 3; ++m) {
    json["members"][m]["weight"] = weights[m];
    json["members"][m]["temperature"] = temperatures[m];
  }
  const std::string changed = s.folder / "changed.json";
  write_text(changed, json.dump());
  for (const std::string policy : {"full", "first:2", "t:0.3", "t:0.6,0.2"})
    EXPECT_EQ(replayed({small_stores().fp32, "--policy", policy, "--order", "2,a,1", "--combine",
                        "probabilities", "--weights", "1,2.5,0.5", "--temperatures", "2,0.5,1"}),
              evaluated({changed, s.images, "--policy", policy}))
        << policy;
}

TEST(Replay, ASubsetIsTheEnsembleOfItsMembers) {
  const auto& s = small_ensemble();
  auto json = nlohmann::ordered_json::parse(read_text(s.ensemble));
  json["members"].erase(1);
  const std::string changed = s.folder / "subset.json";
  write_text(changed, json.dump());
  for (const std::string policy : {"full", "t:0.4"})
    EXPECT_EQ(replayed({small_stores().fp32, "--policy", policy, "--order", "0,2"}),
              evaluated({changed, s.images, "--policy", policy}));
}

TEST(Replay, AtLargerBatchesFullIsEqualAndExitsDifferByNoiseAlone) {
  const auto& s = small_ensemble();
  Folder folder;
  record({s.ensemble, s.images, "-o", folder / "s", "--batch", "7"});
  EXPECT_EQ(replayed({folder / "s", "--policy", "full"}),
            s.predictions_file({"--policy", "full", "--batch", "7"}));
  write_text(folder / "e.csv", s.predictions_file({"--policy", "t:0.4", "--batch", "7"}));
  EXPECT_EQ(fxe({"replay", folder / "s", "--policy", "t:0.4", "--against", folder / "e.csv", "--quiet"}).code,
            0);
  const auto costs = read_json(folder / "s.costs.json");
  for (const auto& member : costs["members"]) EXPECT_EQ(member["costs"].size(), 6u) << "1 2 3 4 6 7";
}

TEST(Replay, HalvesDifferByNoiseThatIsCounted) {
  const auto& s = small_ensemble();
  Folder folder;
  write_text(folder / "e.csv", s.predictions_file({"--policy", "t:0.4"}));
  EXPECT_EQ(fxe({"replay", small_stores().fp16, "--policy", "t:0.4", "--against", folder / "e.csv", "--quiet",
                 "--json", folder / "j"})
                .code,
            0);
  const auto against = read_json(folder / "j")["against"];
  EXPECT_EQ(against["compared"], SmallEnsemble::kImages);
  EXPECT_GT(against["noise"], 0);
  EXPECT_LT(against["noise"], 0.01);
  EXPECT_LT(against["identical"], SmallEnsemble::kImages);
  // The exact store has no noise, and every decision.
  EXPECT_EQ(fxe({"replay", small_stores().fp32, "--policy", "t:0.4", "--against", folder / "e.csv", "--quiet",
                 "--json", folder / "j"})
                .code,
            0);
  const auto exact = read_json(folder / "j")["against"];
  EXPECT_EQ(exact["identical"], SmallEnsemble::kImages);
  EXPECT_EQ(exact["noise"], 0);
  // Predictions of another policy are no noise.
  expect_refused(
      {"replay", small_stores().fp32, "--policy", "t:0.8", "--against", folder / "e.csv", "--quiet"},
      "differ by more than noise", 3);
}

// RFC 4180 lets a quoted name hold line ends of either kind, and spaces before them.
TEST(Replay, AgainstPredictionsOfImagesWithLineEndsInTheirNames) {
  const auto& s = small_ensemble();
  Folder folder;
  for (const std::string name : {"a\r\nb", "c \n\nd\r", "\re\"", "f\t"})
    write_text(folder / ("images/0/" + name + ".ppm"), rendered_image(name.size()));
  record({s.ensemble, folder / "images", "-o", folder / "s"});
  ASSERT_EQ(fxe({"eval", s.ensemble, folder / "images", "--device", "cpu", "--threads", "1", "--predictions",
                 folder / "e.csv"})
                .code,
            0);
  const auto run = fxe(
      {"replay", folder / "s", "--policy", "full", "--against", folder / "e.csv", "--json", folder / "j"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(read_json(folder / "j")["against"]["identical"], 4);
  // As a program that ends lines with CR LF writes it.
  std::string text = read_text(folder / "e.csv");
  for (size_t at = 0; (at = text.find("ok\n", at)) != text.npos; at += 4) text.replace(at, 3, "ok\r\n");
  write_text(folder / "crlf.csv", text);
  EXPECT_EQ(fxe({"replay", folder / "s", "--policy", "full", "--against", folder / "crlf.csv"}).code, 0);
}

// Line `n` of a predictions file, counted from the head, with `change` made to its fields.
std::string with_line(const std::string& csv, size_t n,
                      const std::function<void(std::vector<std::string>&)>& change) {
  std::istringstream in(csv);
  std::string out;
  size_t at = 0;
  for (std::string line; std::getline(in, line); ++at) {
    std::vector<std::string> fields;
    std::istringstream cut(line);
    for (std::string field; std::getline(cut, field, ',');) fields.push_back(field);
    if (at == n) change(fields);
    if (!fields.empty()) out += fmt::format("{}\n", fmt::join(fields, ","));
  }
  return out;
}

// Noise is what rounding explains, not whatever the file holds; and some images prove nothing about
// the others.
TEST(Replay, AFileThatIsWrongIsNotCalledNoise) {
  const auto& s = small_ensemble();
  Folder folder;
  const std::string good = s.predictions_file({"--policy", "t:0.4"});
  const auto refuse = [&](const std::string& csv, const std::string& words, int code) {
    write_text(folder / "e.csv", csv);
    expect_refused(
        {"replay", small_stores().fp32, "--policy", "t:0.4", "--against", folder / "e.csv", "--quiet"}, words,
        code);
  };
  refuse(with_line(good, 3, [](auto& f) { f[5] = "1e30"; }), "differ by more than noise", 3);
  refuse(with_line(good, 3, [](auto& f) { f[5] = std::to_string(std::stod(f[5]) + 0.01); }),
         "differ by more than noise", 3);
  refuse(with_line(good, 3, [](auto& f) { f[5] = "nan"; }), "expected a number, found 'nan'", 2);
  refuse(with_line(good, 3, [](auto& f) { f[2] += "abc"; }), "expected a number", 2);
  refuse(with_line(good, 3, [](auto& f) { f.clear(); }), "is missing", 2);
  refuse(good.substr(0, good.find('\n') + 1), "predictions for 0 of", 2);
  refuse(good + good.substr(good.find('\n') + 1), "appears twice", 2);
}

TEST(Replay, ReportsWhatEvalReports) {
  const auto& s = small_ensemble();
  Folder folder;
  ASSERT_EQ(fxe({"eval", s.ensemble, s.images, "--policy", "t:0.4", "--compare-full", "--quiet", "--threads",
                 "1", "--json", folder / "e"})
                .code,
            0);
  ASSERT_EQ(fxe({"replay", small_stores().fp32, "--policy", "t:0.4", "--quiet", "--json", folder / "r"}).code,
            0);
  const auto e = read_json(folder / "e"), r = read_json(folder / "r");
  for (const char* key : {"ensemble", "device", "precision", "policy", "batch", "images", "labelled",
                          "failed", "top1", "top5", "mean_members", "mean_macs", "exits"})
    EXPECT_EQ(e[key], r[key]) << key;
  for (const char* key : {"top1", "top5", "mean_macs", "gap", "gap_ci95"})
    EXPECT_EQ(e["full"][key], r["full"][key]);
  EXPECT_EQ(r["schema"], "fxe.replay/1");
  EXPECT_GT(r["latency_ms"]["mean"], 0);
  EXPECT_EQ(r["stages"].size(), 3u);
  EXPECT_EQ(r["baselines"]["unit"], "ms per image");
  // A price of the user's: 1, 2 and 4 for the members that an image ran.
  ASSERT_EQ(fxe({"replay", small_stores().fp32, "--policy", "t:0.4", "--costs", "1,2,4", "--quiet", "--json",
                 folder / "r"})
                .code,
            0);
  const auto priced = read_json(folder / "r");
  double sum = 0;
  const double after[] = {1, 3, 7};
  for (size_t k = 0; k < 3; ++k) sum += after[k] * priced["exits"][k].get<double>();
  EXPECT_NEAR(priced["time_per_image_ms"], sum / SmallEnsemble::kImages, 1e-9);
  EXPECT_EQ(priced["latency_ms"]["p99"], 7);
  for (const std::string signal : {"raw_margin", "top1", "entropy", "agreement"}) {
    ASSERT_EQ(fxe({"replay", small_stores().compact, "--policy", "t:0.4", "--signal", signal, "--quiet",
                   "--json", folder / "r"})
                  .code,
              0);
    EXPECT_EQ(read_json(folder / "r")["policy"]["signal"], signal);
  }
}

TEST(Replay, RefusesWhatItCannotAnswerInOneLine) {
  const auto& s = small_ensemble();
  Folder folder;
  const std::string& store = small_stores().fp32;
  const std::string bytes = read_text(store);
  write_text(folder / "cut", bytes.substr(0, bytes.size() - 100));
  expect_refused({"replay", folder / "cut"}, "unfinished or cut off");
  std::string flipped = bytes;
  flipped[bytes.size() / 2] = static_cast<char>(flipped[bytes.size() / 2] ^ 4);
  write_text(folder / "flipped", flipped);
  expect_refused({"replay", folder / "flipped"}, "the file is damaged");
  expect_refused({"replay", s.ensemble}, "not a logit store");
  expect_refused({"replay", folder / "absent"}, "no such file");
  expect_refused({"replay", store, "--policy", "stored:fast"}, "name it with --ensemble");
  expect_refused({"replay", store, "--policy", "stored", "--ensemble", FXE_SOURCE_DIR "/demo/ensemble.json"},
                 "another ensemble than the one recorded");
  expect_refused({"replay", store, "--policy", "t:0.5,0.5,0.5"}, "expected one threshold or 2, found 3");
  expect_refused({"replay", store, "--policy", "t:x"}, "expected a threshold");
  expect_refused({"replay", store, "--order", "0,3"}, "found '3'");
  expect_refused({"replay", store, "--order", "0,0"}, "appears twice");
  expect_refused({"replay", store, "--signal", "hope"}, "found 'hope'");
  expect_refused({"replay", store, "--costs", "1,2"}, "expected one number or 3, found 2");
  expect_refused({"replay", store, "--costs", s.ensemble}, "unknown key");
  expect_refused({"replay", store, "--against", s.labels}, "expected a predictions file");
  expect_refused({"replay", small_stores().compact, "--order", "1,0"}, "another order or subset");
  expect_refused({"replay", small_stores().compact, "--combine", "probabilities"}, "another combination");
  expect_refused({"record", s.ensemble, s.images, "-o", store}, "exists");
}

TEST(Replay, EqualsEvalOnValidationImagesWithNetworksFromOnnx) {
  const fs::path data = shared_data() / "imagenet";
  if (!fs::exists(data / "val800/val.txt")) GTEST_SKIP() << "no imagenet/val800 in " << shared_data();
  Folder folder;
  std::vector<std::string> init = {"init"};
  for (const char* file : {"mobilenet_v1_0.5_160.onnx", "mobilenet_v1_0.75_192.onnx"}) {
    init.push_back((data / "weights" / file).string());
    if (!fs::exists(init.back())) GTEST_SKIP() << "no " << init.back();
  }
  // One preprocessing for each size: decisions are compared here, not accuracy.
  auto member = [&](const std::string& model, const std::string& size, const std::string& out) {
    const Outcome o = fxe({"init", model, "-o", out, "--preprocess", "squash-" + size});
    ASSERT_EQ(o.code, 0) << o.err;
  };
  member(init[1], "160", folder / "a.json");
  member(init[2], "192", folder / "b.json");
  auto both = nlohmann::ordered_json::parse(read_text(folder / "a.json"));
  both["members"].push_back(nlohmann::ordered_json::parse(read_text(folder / "b.json"))["members"][0]);
  write_text(folder / "e.json", both.dump());
  const std::string images = (data / "val800").string();
  record({folder / "e.json", images, "-o", folder / "s", "--limit", "24"});
  for (const std::string policy : {"full", "first:1", "t:0.5", "t:0.8"})
    EXPECT_EQ(replayed({folder / "s", "--policy", policy}),
              evaluated({folder / "e.json", images, "--limit", "24", "--policy", policy}))
        << policy;
}

}  // namespace
}  // namespace fxe::test
