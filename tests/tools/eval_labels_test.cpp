// SPDX-License-Identifier: Apache-2.0
// "fxe eval" with other labels and with fewer classes, recomputed from its results without them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <set>

#include "engine/input/imagenet_classes.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class EvalLabels : public testing::Test {
 protected:
  Outcome eval(const std::string& images, std::vector<std::string> words) {
    words.insert(words.begin(), {"eval", small.ensemble, images});
    words.insert(words.end(), {"--policy", "full", "--threads", "1", "--predictions", folder / "p.csv",
                               "--json", folder / "r.json"});
    const Outcome outcome = fxe(words);
    if (outcome.code == 0) {
      rows = read_predictions(folder / "p.csv");
      report = read_json(folder / "r.json");
    }
    return outcome;
  }
  // The five best classes of every image, with their probabilities among all ten.
  Json all_classes() {
    std::vector<std::string> words = {"classify", small.ensemble, "--policy",
                                      "full",     "--quiet",      "--threads",
                                      "1",        "--json",       folder / "c.json"};
    for (const auto& r : rows) words.push_back(small.images + "/" + r.path);
    EXPECT_EQ(fxe(words).code, 0);
    return read_json(folder / "c.json")["images"];
  }

  const SmallEnsemble& small = small_ensemble();
  Folder folder;
  std::vector<Prediction> rows;
  Json report;
};

// At least two of seven classes are among an image's best five of ten: the better one is the answer, and
// softmax over fewer classes keeps the ratio of their probabilities.
TEST_F(EvalLabels, OnlyValidLabelsAreAnswers) {
  const std::set<int> valid = {9, 4, 0, 2, 1, 3, 6};
  write_text(folder / "valid.txt", "9\n4\n0\n2\n1\n3\n6\n");
  ASSERT_EQ(eval(small.images, {"--valid-labels", folder / "valid.txt"}).code, 0);
  const Json images = all_classes();
  double right = 0, another = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    std::vector<Json> best;
    for (const auto& t : images[i]["top"])
      if (valid.contains(t["class"])) best.push_back(t);
    ASSERT_GE(best.size(), 2u);
    EXPECT_EQ(rows[i].predicted, best[0]["class"]);
    EXPECT_EQ(rows[i].label,
              std::stoi(rows[i].path));  // the folder's number: files keep the numbering of all
    EXPECT_NEAR(rows[i].p1 / rows[i].p2, best[0]["p"].get<double>() / best[1]["p"].get<double>(),
                1e-4 * rows[i].p1 / rows[i].p2);
    right += rows[i].predicted == rows[i].label;
    another += rows[i].predicted != images[i]["predicted"];
  }
  EXPECT_DOUBLE_EQ(report["top1"], right / static_cast<double>(rows.size()));
  EXPECT_GT(another, 0) << "the test needs images whose best class is not valid";
}

TEST_F(EvalLabels, ValidLabelsOfTheFolder) {
  const auto outcome = eval(small.images, {"--valid-labels", "folder"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("; 5 classes can be the answer\n"));
  for (const auto& r : rows) EXPECT_LT(r.predicted, 5);
  EXPECT_DOUBLE_EQ(report["top5"], 1);
}

TEST_F(EvalLabels, ValidLabelErrors) {
  write_text(folder / "valid.txt", "1\n2\n");
  EXPECT_THAT(eval(small.images, {"--valid-labels", folder / "valid.txt"}).err,
              HasSubstr("0/100.ppm: class 0 is not among the 2 of --valid-labels\n"));
  write_text(folder / "valid.txt", "1\n10\n");
  const auto outcome = eval(small.images, {"--valid-labels", folder / "valid.txt"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("valid.txt:2: class 10 of 10; indices are 0-based\n"));
}

TEST_F(EvalLabels, RealLabelsCountEveryRightAnswer) {
  constexpr int kImages = 9;
  for (int i = 0; i < kImages; ++i)
    write_text(fmt::format("{}/ILSVRC2012_val_{:08d}.ppm", folder / "val", i + 1),
               rendered_image(static_cast<uint64_t>(i)));
  ASSERT_EQ(eval(folder / "val", {}).code, 0);
  EXPECT_EQ(report["labelled"], 0);
  // In threes: the answer as the second of two, no label, a wrong one.
  Json real = Json::array();
  for (int i = 0; i < kImages; ++i) {
    const int answer = rows[static_cast<size_t>(i)].predicted, wrong = (answer + 1) % 10;
    real.push_back(i % 3 == 0 ? Json{wrong, answer} : i % 3 == 1 ? Json::array() : Json::array({wrong}));
  }
  write_text(folder / "real.json", real.dump());
  ASSERT_EQ(eval(folder / "val", {"--real-labels", folder / "real.json"}).code, 0);
  EXPECT_EQ(report["images"], kImages);
  EXPECT_EQ(report["labelled"], 6);
  EXPECT_DOUBLE_EQ(report["top1"], 0.5);
  EXPECT_THAT(read_text(folder / "p.csv"),
              HasSubstr(fmt::format("ILSVRC2012_val_00000001.ppm,{} {},{},", real[0][0].get<int>(),
                                    real[0][1].get<int>(), rows[0].predicted)));
  const auto outcome = eval(small.images, {"--real-labels", folder / "real.json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("expected images of these names"));
}

TEST_F(EvalLabels, ClassMapSaysWhatAFolderIs) {
  write_text(folder / "map.txt", "4 7\n1 3\n");
  const auto outcome = eval(small.images, {"--class-map", folder / "map.txt"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              HasSubstr("2 class folders, classes from map.txt; 3 folders that it does not name"));
  ASSERT_EQ(rows.size(), 24u);
  for (const auto& r : rows) EXPECT_EQ(r.label, r.path[0] == '4' ? 7 : 3);
}

TEST_F(EvalLabels, FoldersThatCannotBeTheClasses) {
  for (const char* name : {"cat/a.ppm", "dog/a.ppm"}) write_text(folder / "own/" + name, rendered_image(1));
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"--valid-labels", "folder"}}) {
    const auto outcome = eval(folder / "own", words);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err,
                HasSubstr("own: 2 folders for a network of 10 classes: nothing says which is which"));
  }
  write_text(folder / "map.txt", "cat 3\ndog 5\n");
  ASSERT_EQ(eval(folder / "own", {"--class-map", folder / "map.txt"}).code, 0);
  EXPECT_EQ(rows[1].label, 5);
  write_text(folder / "classes.json", R"(["0","1","2","dog","4","5","6","7","8","cat"])");
  ASSERT_EQ(eval(folder / "own", {"--classes", folder / "classes.json"}).code, 0);
  EXPECT_EQ(rows[0].label, 9);
  const auto outcome = fxe({"record", small.ensemble, folder / "own", "-o", folder / "own.store"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("own: 2 folders for a network of 10 classes"));
}

TEST_F(EvalLabels, LabelsThatAreHardlyMeantSoAreWarnedOf) {
  ASSERT_EQ(eval(small.images, {}).code, 0);
  std::string shifted, other, right;
  for (const auto& r : rows) {
    if (r.predicted < 9) shifted += fmt::format("{} {}\n", r.path, r.predicted + 1);
    other += fmt::format("{} {}\n", r.path, (r.predicted + 5) % 10);
    right += fmt::format("{} {}\n", r.path, r.predicted);
  }
  const auto warned = [&](const std::string& labels) {
    write_text(folder / "labels.txt", labels);
    const auto outcome = eval(small.images, {"--labels", folder / "labels.txt"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(warned(shifted), HasSubstr("are one class below their labels: do the labels count from 1?\n"));
  EXPECT_THAT(report["warning"].get<std::string>(), HasSubstr("do the labels count from 1?"));
  EXPECT_THAT(warned(other), HasSubstr("warning: 0 of 60 answers are right, as by chance (1 of 10)"));
  EXPECT_EQ(warned(right), "");
  EXPECT_TRUE(report["warning"].is_null());
  write_text(folder / "labels.txt", shifted);
  const auto store = fxe({"record", small.ensemble, small.images, "--labels", folder / "labels.txt", "-o",
                          folder / "s", "--json", folder / "s.json"});
  ASSERT_EQ(store.code, 0) << store.err;
  EXPECT_THAT(store.err, HasSubstr("are one class below their labels: do the labels count from 1?\n"));
  EXPECT_THAT(read_json(folder / "s.json")["warning"].get<std::string>(), HasSubstr("count from 1"));
}

TEST_F(EvalLabels, WhatIsLeftOutIsReported) {
  for (const char* name : {"3/a.ppm", "3/sub/b.ppm", "4/a.avif"})
    write_text(folder / "own/" + name, rendered_image(1));
  write_text(folder / "own/3/notes.txt", "");
  const auto outcome = eval(folder / "own", {});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\nleft out: 1 with ending .txt (3/notes.txt)\n"));
  EXPECT_EQ(report["left_out"],
            Json::parse(R"([{"reason": "with ending .txt", "count": 1, "first": "3/notes.txt"}])"));
  EXPECT_EQ(report["layout"], "2 numeric class folders, in numeric order");
  EXPECT_EQ(report["images"], 3);  // the renamed image is read as what it is
  const auto store =
      fxe({"record", small.ensemble, folder / "own", "-o", folder / "s", "--json", folder / "s.json"});
  ASSERT_EQ(store.code, 0) << store.err;
  EXPECT_THAT(store.out, HasSubstr("\nleft out: 1 with ending .txt (3/notes.txt)\n"));
  EXPECT_EQ(read_json(folder / "s.json")["left_out"], report["left_out"]);
  const auto bench = fxe({"bench", small.ensemble, "--images", folder / "own", "--duration", "0", "--warmUp",
                          "0", "--only-policy", "--json", folder / "b.json"});
  ASSERT_EQ(bench.code, 0) << bench.err;
  EXPECT_THAT(bench.out, HasSubstr("\nleft out: 1 with ending .txt (3/notes.txt)\n"));
  EXPECT_EQ(read_json(folder / "b.json")["left_out"], report["left_out"]);
}

// Two of ImageNet's 1000 folders, with weights that say nothing of ImageNet but have 1000 classes; then
// weights with published names.
TEST_F(EvalLabels, ImagenetNeedsNoClasses) {
  write_member(folder / "own.safetensors", "squeezenet1_1", 1);
  std::filesystem::copy_file(folder / "own.safetensors",
                             folder / "SqueezeNet1_1_Weights.IMAGENET1K_V1.safetensors");
  for (const char* name : {"n02116738/a.ppm", "n01440764/a.ppm"})
    write_text(folder / "val/" + name, rendered_image(1));
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--threads", "1", "--json", folder / "r.json"});
    const auto outcome = fxe(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return read_json(folder / "r.json");
  };
  run({"eval", folder / "own.safetensors", folder / "val", "--predictions", folder / "p.csv"});
  const auto labelled = read_predictions(folder / "p.csv");
  ASSERT_EQ(labelled.size(), 2u);
  EXPECT_EQ(labelled[0].label, 0);
  EXPECT_EQ(labelled[1].label, 275);
  const auto image = folder / "val/n01440764/a.ppm";
  const auto name_of = [&](const Json& json) {
    return json["images"][0]["top"][0]["name"].get<std::string>();
  };
  EXPECT_THAT(name_of(run({"classify", folder / "own.safetensors", image})), testing::StartsWith("class "));
  const auto published = run({"classify", folder / "SqueezeNet1_1_Weights.IMAGENET1K_V1.safetensors", image});
  EXPECT_EQ(name_of(published), imagenet_classes()[published["images"][0]["top"][0]["class"]]);
  write_text(folder / "own/cat/a.ppm", rendered_image(1));
  const auto outcome =
      fxe({"eval", folder / "SqueezeNet1_1_Weights.IMAGENET1K_V1.safetensors", folder / "own"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("folder 'cat' is none of the 1000 classes"));
}

// Read as MLPerf's accuracy-imagenet.py does.
TEST_F(EvalLabels, MlperfLog) {
  write_text(folder / "val/0/a.ppm", rendered_image(1));
  write_text(folder / "val/0/b.ppm", "P6 no image");
  write_text(folder / "val/1/c.ppm", rendered_image(2));
  const auto outcome = eval(folder / "val", {"--mlperf-log", folder / "log.json", "--batch", "2"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json log = read_json(folder / "log.json");
  ASSERT_EQ(log.size(), 2u);
  const int image[] = {0, 2};
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(log[i]["seq_id"], i);
    EXPECT_EQ(log[i]["qsl_idx"], image[i]);
    const std::string hex = log[i]["data"];
    ASSERT_EQ(hex.size(), 8u);
    uint32_t bits = 0;
    for (size_t byte = 0; byte < 4; ++byte)
      bits |= static_cast<uint32_t>(std::stoul(hex.substr(2 * byte, 2), nullptr, 16)) << 8 * byte;
    EXPECT_EQ(std::bit_cast<float>(bits), static_cast<float>(rows[static_cast<size_t>(image[i])].predicted));
  }
}

}  // namespace
}  // namespace fxe::test
