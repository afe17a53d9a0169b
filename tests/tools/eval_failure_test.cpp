// SPDX-License-Identifier: Apache-2.0
// Images, labels, words and files that "fxe eval" cannot use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

class EvalFailure : public testing::Test {
 protected:
  Outcome eval(std::vector<std::string> words) {
    words.insert(words.begin(), "eval");
    words.insert(words.end(), {"--threads", "1"});
    return fxe(std::move(words));
  }

  const SmallEnsemble& small = small_ensemble();
  Folder folder;
};

TEST_F(EvalFailure, ImagesThatCannotBeReadAreListedCountedAndOptionallyFatal) {
  const std::string images = folder / "images";
  for (int i = 0; i < 5; ++i)
    write_text(images + "/3/" + std::to_string(i) + ".ppm", rendered_image(static_cast<uint64_t>(i)));
  write_text(images + "/3/1.ppm", rendered_image(1).substr(0, 500));
  write_text(images + "/3/3.jpg", "");
  const std::vector<std::string> words = {small.ensemble,  images,           "--batch", "4",
                                          "--predictions", folder / "p.csv", "--json",  folder / "r.json"};
  const auto outcome = eval(words);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("2 images could not be used"));
  const auto report = read_json(folder / "r.json");
  EXPECT_EQ(report["images"], 4);
  ASSERT_EQ(report["failed"].size(), 2u);
  EXPECT_EQ(report["failed"][0]["path"], "3/1.ppm");
  EXPECT_EQ(report["failed"][1]["path"], "3/3.jpg");
  for (const auto& failed : report["failed"]) EXPECT_FALSE(failed["reason"].get<std::string>().empty());
  const auto rows = read_predictions(folder / "p.csv");
  ASSERT_EQ(rows.size(), 6u);
  for (const auto& row : rows) {
    const bool bad = row.path == "3/1.ppm" || row.path == "3/3.jpg";
    EXPECT_EQ(row.status, bad ? "failed" : "ok") << row.path;
    EXPECT_EQ(row.members, bad ? 0 : 3) << row.path;
    EXPECT_EQ(row.predicted == -1, bad) << row.path;
    EXPECT_EQ(row.label, 3);
  }
  auto strict = words;
  strict.push_back("--strict");
  EXPECT_EQ(eval(strict).code, 1);
}

TEST_F(EvalFailure, NoUsableImageIsARunTimeFailure) {
  write_text(folder / "images/0/a.ppm", "P6");
  const auto outcome = eval({small.ensemble, folder / "images", "--json", folder / "r.json", "--results-file",
                             folder / "timm.csv"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no image got a prediction"));
  const auto report = read_json(folder / "r.json");
  EXPECT_EQ(report["images"], 0);
  EXPECT_EQ(report["failed"].size(), 1u);
  for (const char* key : {"top1", "mean_members", "mean_macs", "time_per_image_ms"})
    EXPECT_TRUE(report[key].is_null()) << key;
  EXPECT_FALSE(std::filesystem::exists(folder / "timm.csv"));
}

TEST_F(EvalFailure, AMemberWithoutFiniteOutputsIsLeftOut) {
  write_member(folder / "bad.safetensors", "cifar_resnet8", 1, "linear.weight", 1e38f);
  write_text(folder / "images/0/a.ppm", rendered_image(1));
  const std::string a = small.folder / "a.safetensors", bad = folder / "bad.safetensors";
  ASSERT_EQ(fxe({"init", bad, a, "-o", folder / "two.json"}).code, 0);
  const auto two = eval({folder / "two.json", folder / "images", "--predictions", folder / "p.csv"});
  ASSERT_EQ(two.code, 0) << two.err;
  const auto row = read_predictions(folder / "p.csv").at(0);
  EXPECT_EQ(row.status, "non_finite");
  EXPECT_EQ(row.members, 2);
  const auto alone = eval({a, folder / "images", "--predictions", folder / "p.csv"});
  ASSERT_EQ(alone.code, 0) << alone.err;
  EXPECT_EQ(row.predicted, read_predictions(folder / "p.csv").at(0).predicted);

  const auto none = eval({bad, folder / "images", "--predictions", folder / "p.csv"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("no member gave finite outputs"));
  EXPECT_THAT(none.err, HasSubstr("no image got a prediction"));
  EXPECT_EQ(read_predictions(folder / "p.csv").at(0).status, "failed");
}

TEST_F(EvalFailure, ImagesOfMorePixelsThanAllowedHaveFailed) {
  write_text(folder / "images/0/a.ppm", rendered_image(1));
  write_text(folder / "images/0/b.ppm", "P5 40 40 255\n" + std::string(1600, 'x'));
  const std::string reason = "b.ppm: 40x40 pixels: expected 1 to 1024, as --max-pixels says";
  const std::string preprocess = R"({"resize":{"to":32,"side":"both"},"crop":32})",
                    a = small.folder / "a.safetensors";
  for (const std::string command : {"eval", "profile"}) {
    const auto run = fxe({command, a, folder / "images", "--max-pixels", "1024", "--preprocess", preprocess,
                          "--device", "cpu", "--threads", "1"});
    EXPECT_EQ(run.code, 0) << command << run.err;
    EXPECT_THAT(run.err, HasSubstr(reason));
  }
  EXPECT_EQ(fxe({"record", a, folder / "images", "--max-pixels", "1024", "--preprocess", preprocess,
                 "--device", "cpu", "-o", folder / "st", "--json", folder / "r.json"})
                .code,
            0);
  EXPECT_EQ(read_json(folder / "r.json")["unreadable"], 1);
  const auto classify =
      fxe({"classify", a, folder / "images/0/b.ppm", "--max-pixels", "1024", "--preprocess", preprocess});
  EXPECT_EQ(classify.code, 2);
  EXPECT_THAT(classify.err, HasSubstr(reason));
  std::filesystem::remove(folder / "images/0/a.ppm");
  const auto bench =
      fxe({"bench", a, "--images", folder / "images", "--max-pixels", "1024", "--preprocess", preprocess});
  EXPECT_EQ(bench.code, 1);
  EXPECT_THAT(bench.err, HasSubstr(reason));
  expect_refused({"eval", a, folder / "images", "--max-pixels", "0"},
                 "--max-pixels: expected a number from 1 to 178956970");
}

// A line feed in a name begins no line of the list.
TEST_F(EvalFailure, EachFailedImageIsALine) {
  write_text(folder / "images/0/a.ppm", rendered_image(1));
  write_text(folder / "images/0/b\nforged: c.ppm", "P6");
  const auto run = eval({small.ensemble, folder / "images"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(lines_of(run.err), 2u) << run.err;
  EXPECT_THAT(run.err, HasSubstr("\n  0/b?forged: c.ppm: "));
}

TEST_F(EvalFailure, LimitTakesTheFirstImages) {
  const auto all = small.predictions({}), five = small.predictions({"--limit", "5"});
  ASSERT_EQ(five.size(), 5u);
  for (size_t i = 0; i < five.size(); ++i) {
    EXPECT_EQ(five[i].path, all[i].path);
    EXPECT_EQ(five[i].margin, all[i].margin);
  }
  EXPECT_EQ(small.predictions({"--limit", "1000"}).size(), all.size());
}

TEST_F(EvalFailure, LabelsFileDecidesLabelsAndOrder) {
  write_text(folder / "labels.txt", "4/104.ppm 7\n0/100.ppm 2\r\n");
  const auto rows = small.predictions({"--labels", folder / "labels.txt"});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].path, "4/104.ppm");
  EXPECT_EQ(rows[0].label, 7);
  EXPECT_EQ(rows[1].path, "0/100.ppm");
  EXPECT_EQ(rows[1].label, 2);
}

TEST_F(EvalFailure, BadInputIsOneLineAndLeavesNoFile) {
  Folder made;
  write_text(made / "empty/x/readme.txt", "no image");
  write_text(made / "past.txt", "0/100.ppm 10\n");
  write_text(made / "out.txt", "../a.ppm 1\n");
  write_text(made / "words.txt", "0/100.ppm first\n");
  write_text(made / "classes.txt", "one\ntwo\n");
  write_text(made / "not.json", "{\"schema\": 1");
  write_text(made / "unknown.json", "{\"schema\": \"fxe.ensemble/1\", \"membres\": []}");
  write_text(made / "half.safetensors", read_text(small.folder / "a.safetensors").substr(0, 5000));
  const std::vector<std::vector<std::string>> cases = {
      {small.ensemble},
      {small.ensemble, small.images, "a third"},
      {small.ensemble, made / "missing"},
      {small.ensemble, made / "empty"},
      {small.ensemble, small.ensemble},
      {made / "missing.json", small.images},
      {made / "not.json", small.images},
      {made / "unknown.json", small.images},
      {made / "half.safetensors", small.images},
      {small.ensemble, small.images, "--labels", made / "missing.txt"},
      {small.ensemble, small.images, "--labels", made / "past.txt"},
      {small.ensemble, small.images, "--labels", made / "out.txt"},
      {small.ensemble, small.images, "--labels", made / "words.txt"},
      {small.ensemble, small.images, "--classes", made / "classes.txt"},
      {small.ensemble, small.images, "--network", "cifar_resnet8"},
      {small.folder / "a.safetensors", small.images, "--network", "cifar_resnet14"},
      {small.folder / "a.safetensors", small.images, "--preprocess", "torchvision-224"},
      {small.folder / "a.safetensors", small.images, "--preprocess", "{"},
      {small.ensemble, small.images, "--policy", "t:"},
      {small.ensemble, small.images, "--policy", "t:nan"},
      {small.ensemble, small.images, "--policy", "t:0.1,0.2,0.3"},
      {small.ensemble, small.images, "--policy", "first:0"},
      {small.ensemble, small.images, "--policy", "first:4"},
      {small.ensemble, small.images, "--policy", "stored"},
      {small.ensemble, small.images, "--policy", "best"},
      {small.ensemble, small.images, "--batch", "0"},
      {small.ensemble, small.images, "--batch", "x"},
      {small.ensemble, small.images, "--limit", "-1"},
      {small.ensemble, small.images, "--deadline-ms", "0"},
      {small.ensemble, small.images, "--precision", "fp16"},
      {small.ensemble, small.images, "--precision", "fp8"},
      {small.ensemble, small.images, "--device", "tpu"},
      {small.ensemble, small.images, "--tail", "long"},
      {small.ensemble, small.images, "--unknown"},
      {small.ensemble, small.images, "line\nbreak"}};
  for (auto words : cases) {
    const std::string shown = testing::PrintToString(words);
    Folder out;
    words.insert(words.end(),
                 {"--predictions", out / "p.csv", "--json", out / "r.json", "--results-file", out / "t.csv"});
    const auto outcome = eval(words);
    EXPECT_EQ(outcome.code, 2) << shown << outcome.err;
    EXPECT_EQ(lines_of(outcome.err), 1u) << shown << outcome.err;
    EXPECT_TRUE(outcome.err.starts_with("fxe eval: ")) << shown << outcome.err;
    EXPECT_EQ(outcome.out, "") << shown;
    EXPECT_THAT(out.names(), testing::IsEmpty()) << shown;
  }
}

TEST_F(EvalFailure, AFolderIsNoOutput) {
  std::filesystem::create_directories(folder / "taken.csv/inside");
  const auto outcome = eval({small.ensemble, small.images, "--quiet", "--predictions", folder / "taken.csv"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(lines_of(outcome.err), 1u) << outcome.err;
  EXPECT_THAT(folder.names(), testing::ElementsAre("taken.csv"));
}

TEST_F(EvalFailure, AFailureKeepsTheFileOfAnEarlierRun) {
  write_text(folder / "p.csv", "earlier");
  EXPECT_EQ(eval({small.ensemble, folder / "missing", "--predictions", folder / "p.csv"}).code, 2);
  EXPECT_EQ(read_text(folder / "p.csv"), "earlier");
}

TEST_F(EvalFailure, AFolderThatCannotBeWrittenIsNoticedBeforeTheRun) {
  const auto outcome = eval({small.ensemble, small.images, "--predictions", folder / "no/p.csv"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(lines_of(outcome.err), 1u) << outcome.err;
}

}  // namespace
}  // namespace fxe::test
