// SPDX-License-Identifier: Apache-2.0
// Where a run's files go, and what they must not destroy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "tests/tools/small_ensemble.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Words = std::vector<std::string>;

class OutputsTest : public testing::Test {
 protected:
  // An ensemble, its member, images, labels, classes and a store of this test's own.
  void SetUp() override {
    fs::copy(small.images, images, fs::copy_options::recursive);
    for (const char* m : {"a", "b", "c"})
      fs::copy(fs::path(small.ensemble).parent_path() / (m + ending), folder / (m + ending));
    fs::copy(small.ensemble, ensemble);
    fs::copy(small.labels, labels);
    ASSERT_EQ(fxe(on_cpu({"record", ensemble, images, "--limit", "20", "--quiet", "-o", store})).code, 0);
  }
  static Words on_cpu(Words words) {
    words.insert(words.end(), {"--device", "cpu", "--threads", "1"});
    return words;
  }
  Words eval(Words more = {}) const {
    Words words = on_cpu({"eval", ensemble, images, "--labels", labels, "--limit", "5"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // Refused with exit code 2 in one line, before anything ran; every file is unchanged.
  void refused(const Words& words, const std::string& why) const {
    std::map<std::string, std::string> before;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
      if (entry.is_regular_file()) before[entry.path()] = read_text(entry.path());
    const auto run = fxe(words);
    EXPECT_EQ(run.code, 2) << testing::PrintToString(words) << run.err;
    EXPECT_THAT(run.err, HasSubstr(why));
    EXPECT_EQ(lines_of(run.err), 1u) << run.err;
    if (words[0] != "init" && words[0] != "convert") {
      EXPECT_EQ(run.out, "");
    }
    for (const auto& [path, text] : before) EXPECT_TRUE(read_text(path) == text) << path << " has changed";
  }

  static inline const std::string ending = ".safetensors";
  const SmallEnsemble& small = small_ensemble();
  Folder folder;
  const std::string ensemble = folder / "e.json", images = folder / "images", labels = folder / "labels.txt",
                    store = folder / "st", image = images + "/0/100.ppm", model = folder / "a.safetensors";
};

TEST_F(OutputsTest, EveryReportGoesToStandardOutputAloneAfterADash) {
  const auto npy = folder / "m.npy";
  ASSERT_EQ(fxe(on_cpu({"bench", ensemble, "--quiet", "--duration", "0", "--warmUp", "0", "--iterations", "1",
                        "--only-policy", "--batch", "4", "--exportOutput", npy}))
                .code,
            0);
  write_text(folder / "four", "0\n1\n2\n3\n");
  const std::vector<Words> commands = {
      on_cpu({"init", model, "-o", folder / "new.json"}),
      on_cpu({"convert", model, "-o", folder / "new.safetensors"}),
      on_cpu({"inspect", ensemble}),
      on_cpu({"classify", ensemble, image, "--explain"}),
      eval(),
      on_cpu({"record", ensemble, images, "--limit", "5", "-o", folder / "new"}),
      {"import", npy, "--labels", folder / "four", "-o", folder / "imported"},
      {"replay", store},
      {"calibrate", store, "--objective", "gap<=90pt"},
      on_cpu({"bench", ensemble, "--duration", "0", "--warmUp", "0", "--iterations", "1"}),
      on_cpu({"profile", ensemble, images, "--limit", "4"}),
      {"figures", store, "-o", folder / "figures", "--no-plots"},
      on_cpu({"check", model}),
      {"doctor"}};
  for (Words words : commands) {
    words.insert(words.end(), {"--json", "-"});
    const auto run = fxe(words);
    EXPECT_EQ(run.code, 0) << words[0] << ": " << run.err;
    const auto json = nlohmann::json::parse(run.out, nullptr, /*allow_exceptions=*/false);
    ASSERT_TRUE(json.is_object()) << words[0] << ": " << run.out;
    EXPECT_THAT(json["schema"].get<std::string>(), testing::StartsWith("fxe."));
    EXPECT_NE(run.err, "") << words[0] << ": what people read goes to standard error";
  }
  EXPECT_FALSE(fs::exists("-"));
}

TEST_F(OutputsTest, SoDoPredictionsAndResults) {
  EXPECT_THAT(fxe(eval({"--predictions", "-"})).out, testing::StartsWith("path,label,predicted,"));
  const auto results = fxe(eval({"--results-file", "-"})).out;
  EXPECT_THAT(results, testing::StartsWith("model,img_size,"));
  EXPECT_EQ(lines_of(results), 2u);
  refused(eval({"--predictions", "-", "--json", "/dev/stdout"}), "both standard output");
}

TEST_F(OutputsTest, NoInputIsOverwritten) {
  fs::create_symlink(model, folder / "link");
  fs::create_hard_link(labels, folder / "hard");
  const Words force = {"--force"};
  for (const auto& more : {Words{}, force}) {
    const auto with = [&](Words words) {
      words.insert(words.end(), more.begin(), more.end());
      return words;
    };
    const std::string why = more.empty() ? "" : "is an input of this run";
    refused(with(eval({"--json", ensemble})), why);
    refused(with(eval({"--json", model})), why);
    refused(with(eval({"--json", folder / "link"})), why);
    refused(with(eval({"--predictions", labels})), why);
    refused(with(eval({"--mlperf-log", folder / "hard"})), why);
    refused(with(eval({"--predictions", image})), why);
    refused(with(on_cpu({"classify", ensemble, image, "--json", image})), why);
    refused(with(on_cpu({"init", model, folder / "b.safetensors", "-o", folder / "b.safetensors"})), why);
    refused(with(on_cpu({"convert", model, "-o", model})), why);
    refused(with({"replay", store, "--json", store}), why);
    refused(with({"calibrate", store, "--write", ensemble, "--json", ensemble}), why);
  }
  ASSERT_EQ(fxe({"replay", store, "--quiet", "--predictions", folder / "p.csv"}).code, 0);
  refused({"replay", store, "--against", folder / "p.csv", "--predictions", folder / "p.csv"}, "is an input");
}

TEST_F(OutputsTest, NorAFileOfAnotherKind) {
  const auto notes = folder / "notes.txt", out = folder / "out.json";
  write_text(notes, "mine\n");
  refused(on_cpu({"init", model, "-o", folder / "b.safetensors"}),
          "is not an ensemble file and would be lost");
  refused(on_cpu({"convert", model, "-o", notes}), "is not a safetensors file");
  refused(eval({"--json", notes}), "is not a report of fxe");
  refused(on_cpu({"doctor", "--json", ensemble}), "is not a report of fxe");
  refused(eval({"--predictions", notes}), "is not a predictions file");
  refused(eval({"--results-file", notes}), "expected a results file");
  EXPECT_EQ(fxe(eval({"--json", notes, "--force"})).code, 0);
  EXPECT_EQ(read_json(notes)["schema"], "fxe.eval/1");
  // Of its own kind, of another command's, and empty: replaced.
  EXPECT_EQ(fxe(eval({"--json", notes})).code, 0);
  EXPECT_EQ(fxe(on_cpu({"doctor", "--json", notes})).code, 0);
  write_text(out, "");
  EXPECT_EQ(fxe(on_cpu({"doctor", "--json", out})).code, 0);
}

TEST_F(OutputsTest, TwoOutputsAreTwoFiles) {
  fs::create_directory_symlink(".", folder / "here");
  refused(eval({"--json", folder / "x", "--predictions", folder / "here/x"}),
          "--json and --predictions are both");
  EXPECT_EQ(fxe(eval({"--json", "/dev/null", "--predictions", "/dev/null"})).code, 0);
  refused(on_cpu({"doctor", "--json", "--quiet"}), "found the option --quiet");
}

TEST_F(OutputsTest, WhatCannotBeWrittenIsKnownBeforeTheRun) {
  for (const char* option : {"--json", "--predictions", "--mlperf-log", "--results-file"}) {
    const auto run = fxe(eval({option, folder / "missing/x"}));
    EXPECT_EQ(run.code, 1) << option;
    EXPECT_THAT(run.err, HasSubstr("No such file or directory"));
    EXPECT_EQ(run.out, "") << option;
    refused(eval({option, folder.path()}), "found a folder");
  }
}

TEST_F(OutputsTest, WhatFailsAtTheEndLosesNothingElse) {
  const auto run = fxe(
      eval({"--predictions", "/dev/full", "--json", folder / "r.json", "--results-file", folder / "t.csv"}));
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("Acc@1"));
  EXPECT_THAT(run.err, HasSubstr("cannot write /dev/full: No space left on device"));
  EXPECT_EQ(read_json(folder / "r.json")["images"], 5);
  EXPECT_EQ(lines_of(read_text(folder / "t.csv")), 2u);
}

TEST_F(OutputsTest, ConvertRefusesNamesOfOtherFormats) {
  for (const char* name : {"m.onnx", "m.pth", "m.pt", "m.caffemodel", "m.bin", "m.json"})
    refused(on_cpu({"convert", model, "-o", folder / name}), "writes safetensors");
  for (const char* name : {"m.safetensors", "m", "m.v2"})
    EXPECT_EQ(fxe(on_cpu({"convert", model, "-o", folder / name})).code, 0) << name;
}

TEST_F(OutputsTest, ANamedPipeTakesAResultsLine) {
  const auto pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::string read;
  std::thread reader([&] {
    std::ifstream stream(pipe);
    read.assign(std::istreambuf_iterator<char>(stream), {});
  });
  EXPECT_EQ(fxe(eval({"--results-file", pipe})).code, 0);
  reader.join();
  EXPECT_EQ(lines_of(read), 2u) << read;
}

TEST_F(OutputsTest, NamesThatAreNotUtf8) {
  const std::string odd = folder / "m\xff.safetensors";
  fs::copy(model, odd);
  refused(on_cpu({"init", odd, "-o", folder / "new.json"}), "is not UTF-8");
  EXPECT_EQ(
      fxe(on_cpu({"convert", odd, "-o", folder / "c\xff.safetensors", "--json", folder / "\xff.json"})).code,
      0);
  EXPECT_EQ(read_json(folder / "\xff.json")["schema"], "fxe.convert/1");
  const Words record = on_cpu({"record", odd, images, "--limit", "3", "-o", folder / "s\xff", "--preprocess",
                               R"({"resize":{"side":"none"},"crop":32})"});
  EXPECT_EQ(fxe(record).code, 0);
  EXPECT_EQ(fxe({"replay", folder / "s\xff", "--json", folder / "r.json"}).code, 0);
}

// ".." of a folder that is a link leads to its target's parent.
TEST_F(OutputsTest, EnsemblesInLinkedFoldersFindTheirModels) {
  fs::create_directories(folder / "far/away");
  fs::create_directory_symlink("far/away", folder / "near");
  const Words preprocess = {"--preprocess", R"({"resize":{"side":"none"},"crop":32})"};
  Words init = on_cpu({"init", model, "-o", folder / "near/e.json"});
  init.insert(init.end(), preprocess.begin(), preprocess.end());
  ASSERT_EQ(fxe(init).code, 0);
  EXPECT_EQ(fxe(on_cpu({"classify", folder / "near/e.json", image})).code, 0);
  EXPECT_EQ(fxe(on_cpu({"classify", folder / "far/away/e.json", image})).code, 0);
}

}  // namespace
}  // namespace fxe::test
