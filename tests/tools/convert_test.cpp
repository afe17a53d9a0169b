// SPDX-License-Identifier: Apache-2.0
// "fxe convert": a safetensors file that gives its source's answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/model_files.h"
#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"
#include "weights_converter/read.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// By coreutils, not by fxe.
std::string sha256sum(const std::string& path) {
  const std::string command = "sha256sum '" + path + "'";
  std::FILE* pipe = popen(command.c_str(), "r");
  char digits[65] = {};
  const size_t read = pipe ? std::fread(digits, 1, 64, pipe) : 0;
  if (pipe) pclose(pipe);
  return std::string(digits, read);
}

class Convert : public testing::TestWithParam<const char*> {
 protected:
  Folder folder;
  const std::string out = folder / "out.safetensors";
};

TEST_P(Convert, GivesEveryByteOfTheSourcesPredictionsAndSaysWhereItCameFrom) {
  if (!model_files().reason.empty()) GTEST_SKIP() << model_files().reason;
  const std::string source = model_files().folder / GetParam();
  const auto run = fxe({"convert", source, "-o", out, "--json", folder / "r.json"});
  ASSERT_EQ(run.code, 0) << run.err;
  const std::vector<std::string> words = {"--preprocess", "cifar-32", "--batch", "7"};
  const std::string expected = small_ensemble().predictions_file(words, source);
  EXPECT_EQ(small_ensemble().predictions_file(words, out), expected);
  EXPECT_GT(lines_of(expected), 50u);

  const auto metadata = read_weight_file(out).metadata;
  EXPECT_EQ(metadata.at("fxe.source"), GetParam());
  EXPECT_EQ(metadata.at("fxe.source_sha256"), sha256sum(source));
  const bool own_graph = fs::path(source).extension() == ".onnx";
  EXPECT_EQ(metadata.contains("fxe.graph"), own_graph);
  EXPECT_EQ(metadata.contains("fxe.network"), !own_graph);
  if (!own_graph) {
    EXPECT_EQ(metadata.at("fxe.network"), "cifar_resnet8");
  }
  const auto report = read_json(folder / "r.json");
  EXPECT_EQ(report["schema"], "fxe.convert/1");
  EXPECT_EQ(report["network"], own_graph ? "" : "cifar_resnet8");
  EXPECT_EQ(report["parameters"], own_graph ? 16 * 27 + 16 + 160 + 10 : 75290);
}

INSTANTIATE_TEST_SUITE_P(Formats, Convert, testing::ValuesIn(ModelFiles::kNames));

using ConvertFile = Convert;

TEST_F(ConvertFile, SeveralFilesBecomeOne) {
  if (!model_files().reason.empty()) GTEST_SKIP() << model_files().reason;
  const std::string source = model_files().folder / "sharded";
  ASSERT_EQ(fxe({"convert", source, "-o", out}).code, 0);
  const std::vector<std::string> words = {"--preprocess", "cifar-32"};
  EXPECT_EQ(small_ensemble().predictions_file(words, out),
            small_ensemble().predictions_file(words, model_files().folder / "net.safetensors"));
  EXPECT_EQ(small_ensemble().predictions_file(words, out), small_ensemble().predictions_file(words, source));
  const auto record = fxe({"record", source, small_ensemble().images, "-o", folder / "store", "--preprocess",
                           "cifar-32", "--limit", "3"});
  EXPECT_EQ(record.code, 0) << record.err;
}

TEST_F(ConvertFile, TheSameWeightsInThreeFormatsPredictTheSame) {
  if (!model_files().reason.empty()) GTEST_SKIP() << model_files().reason;
  const auto of = [](const char* name) {
    return small_ensemble().predictions_file({}, model_files().folder / name);
  };
  EXPECT_EQ(of("zip.pth"), of("net.safetensors"));
  EXPECT_EQ(of("legacy.pth"), of("net.safetensors"));
  EXPECT_EQ(of("ddp.pth"), of("net.safetensors"));
}

TEST_F(ConvertFile, TheSameInputGivesTheSameBytes) {
  write_member(folder / "a.safetensors", "cifar_resnet8", 1);
  ASSERT_EQ(fxe({"convert", folder / "a.safetensors", "-o", out}).code, 0);
  const auto quiet = fxe({"convert", folder / "a.safetensors", "-o", folder / "b.safetensors", "--quiet"});
  ASSERT_EQ(quiet.code, 0) << quiet.err;
  EXPECT_EQ(quiet.out, "");
  EXPECT_EQ(read_text(folder / "b.safetensors"), read_text(out));
  EXPECT_THAT(folder.names(), ElementsAre("a.safetensors", "b.safetensors", "out.safetensors"));
}

TEST_F(ConvertFile, PublishedFilesAnswerAsBefore) {
  const fs::path data = shared_data();
  const std::vector<std::vector<std::string>> cases = {
      {"cifar10/weights/resnet20-12fca82f.th", "", "cifar-32"},
      {"imagenet/weights/mobilenetV1X0.25_pretrain.tar",
       "mobilenet_v1:width=0.25,activation=leaky_relu,slope=0.1", "squash-224"},
      {"imagenet/weights/mobilenet_v1_0.5_160.onnx", "", "squash-160"}};
  for (const auto& c : cases) {
    const fs::path source = data / c[0];
    if (!fs::exists(source)) GTEST_SKIP() << "no " << c[0] << " in " << data << " (set FXE_DATA)";
    std::vector<std::string> network;
    if (!c[1].empty()) network = {"--network", c[1]};
    std::vector<std::string> words = {"convert", source.string(), "-o", out};
    words.insert(words.end(), network.begin(), network.end());
    const auto run = fxe(words);
    ASSERT_EQ(run.code, 0) << run.err;
    std::vector<std::string> eval = {"--preprocess", c[2], "--limit", "4"};
    const std::string converted = small_ensemble().predictions_file(eval, out);
    eval.insert(eval.end(), network.begin(), network.end());
    EXPECT_EQ(small_ensemble().predictions_file(eval, source.string()), converted) << c[0];
  }
}

TEST_F(ConvertFile, WhatCannotBeReadLeavesNoFile) {
  Folder in;
  write_text(in / "noise.bin", std::string(1000, '\x55'));
  write_member(in / "a.safetensors", "cifar_resnet8", 1);
  write_text(in / "half.safetensors", read_text(in / "a.safetensors").substr(0, 5000));
  expect_refused({"convert", in / "a.safetensors"}, "-o OUT");
  expect_refused({"convert", "-o", out}, "MODEL");
  expect_refused({"convert", in / "missing", "-o", out}, "missing");
  expect_refused({"convert", in / "noise.bin", "-o", out}, "noise.bin");
  expect_refused({"convert", in / "half.safetensors", "-o", out}, "half.safetensors");
  expect_refused({"convert", in / "a.safetensors", in / "a.safetensors", "-o", out}, "1 more");
  expect_refused({"convert", in / "a.safetensors", "--network", "resnet18", "-o", out}, "there is no tensor");
  EXPECT_THAT(folder.names(), testing::IsEmpty());
}

}  // namespace
}  // namespace fxe::test
