// SPDX-License-Identifier: Apache-2.0
// "fxe init": from weight files to an ensemble file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/tools/model_files.h"
#include "tests/tools/refused.h"
#include "tests/tools/small_ensemble.h"
#include "weights_converter/safetensors/file.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

// A weight file that does not say what network it is of.
void write_unnamed(const std::string& path, const std::string& network, uint64_t seed = 1) {
  fs::create_directories(fs::path(path).parent_path());
  write_safetensors(path, random_weights(build_network(network), seed));
}

class Init : public testing::Test {
 protected:
  Folder folder;
  const std::string out = folder / "ensemble.json";
};

TEST_F(Init, RecognisesNetworksByTheirTensorsAndHowTheirImagesArePrepared) {
  write_unnamed(folder / "a.safetensors", "cifar_resnet8");
  write_unnamed(folder / "b.safetensors", "cifar_resnet14");
  const auto run = fxe({"init", folder / "a.safetensors", folder / "b.safetensors", "-o", out});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("a: its tensors are those of cifar_resnet8\n"));
  const Json json = read_json(out);
  EXPECT_EQ(json["schema"], "fxe.ensemble/1");
  EXPECT_EQ(json["combine"], "logits");
  ASSERT_EQ(json["members"].size(), 2u);
  EXPECT_EQ(json["members"][0]["network"], "cifar_resnet8");
  EXPECT_EQ(json["members"][1]["network"], "cifar_resnet14");
  for (const auto& member : json["members"]) {
    EXPECT_EQ(member["preprocess"]["crop"], 32);
    EXPECT_EQ(member["preprocess"]["channels"], "rgb");
    EXPECT_EQ(member["preprocess"]["mean"], Json({0.485, 0.456, 0.406}));
    EXPECT_EQ(member["weight"], 1);
    EXPECT_EQ(member["temperature"], 1);
  }
}

TEST_F(Init, ReadsEveryFormatInOneEnsembleThatRuns) {
  const ModelFiles& files = model_files();
  if (!files.reason.empty()) GTEST_SKIP() << files.reason;
  std::vector<std::string> words = {"init"};
  for (const auto& name : ModelFiles::kNames) words.push_back(files.folder / name);
  words.insert(words.end(), {"--preprocess", "cifar-32", "-o", out});
  const auto run = fxe(words);
  ASSERT_EQ(run.code, 0) << run.err;
  for (const char* format : {"safetensors", "PyTorch zip", "PyTorch legacy", "ONNX"})
    EXPECT_THAT(run.out, HasSubstr(format));
  const auto rows = small_ensemble().predictions({"--limit", "3"}, out);
  for (const auto& row : rows) EXPECT_EQ(row.members, static_cast<int>(ModelFiles::kNames.size()));
}

TEST_F(Init, PathsAreRelativeToTheEnsembleFileSoThatTheFolderCanMove) {
  write_unnamed(folder / "set/models/a.safetensors", "cifar_resnet8");
  write_text(folder / "set/names.txt", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  fs::create_directories(folder / "set/made");
  ASSERT_EQ(fxe({"init", folder / "set/models/a.safetensors", "--classes", folder / "set/names.txt", "-o",
                 folder / "set/made/e.json"})
                .code,
            0);
  const Json json = read_json(folder / "set/made/e.json");
  EXPECT_EQ(json["members"][0]["model"], "../models/a.safetensors");
  EXPECT_EQ(json["classes"], "../names.txt");
  EXPECT_EQ(json["name"], "e");
  fs::rename(folder / "set", folder / "moved");
  EXPECT_EQ(fxe({"inspect", folder / "moved/made/e.json"}).code, 0);
}

TEST_F(Init, EqualNamesGetNumbers) {
  for (const char* sub : {"x", "y", "z"})
    write_unnamed(folder / (std::string(sub) + "/net.safetensors"), "cifar_resnet8");
  ASSERT_EQ(fxe({"init", folder / "x/net.safetensors", folder / "y/net.safetensors",
                 folder / "z/net.safetensors", "-o", out})
                .code,
            0);
  const Json json = read_json(out);
  std::vector<std::string> names;
  for (const auto& member : json["members"]) names.push_back(member["name"]);
  EXPECT_THAT(names, ElementsAre("net", "net-2", "net-3"));
}

TEST_F(Init, OptionsHoldForAllMembersOrForOneEach) {
  write_unnamed(folder / "a.safetensors", "cifar_resnet8");
  write_unnamed(folder / "b.safetensors", "cifar_resnet8:input=48");
  const auto run = fxe({"init",
                        folder / "a.safetensors",
                        folder / "b.safetensors",
                        "--network",
                        "cifar_resnet8",
                        "--network",
                        "cifar_resnet8:input=48",
                        "--preprocess",
                        "squash-32",
                        "--preprocess",
                        "squash-48",
                        "--combine",
                        "probabilities",
                        "--name",
                        "two sizes",
                        "-o",
                        out,
                        "--json",
                        folder / "r.json",
                        "--quiet"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  const Json json = read_json(out), report = read_json(folder / "r.json");
  EXPECT_EQ(json["name"], "two sizes");
  EXPECT_EQ(json["combine"], "probabilities");
  EXPECT_EQ(json["members"][1]["network"], "cifar_resnet8:input=48");
  EXPECT_EQ(json["members"][1]["preprocess"]["resize"]["to"], 48);
  EXPECT_EQ(report["schema"], "fxe.init/1");
  EXPECT_EQ(report["classes"], 10);
  EXPECT_EQ(report["members"][0]["format"], "safetensors");
}

TEST_F(Init, OneOfACheckpointsSetsOfWeights) {
  if (!model_files().reason.empty()) GTEST_SKIP() << model_files().reason;
  const std::string both = model_files().folder / "ema.pth", average = model_files().folder / "average.pth";
  const auto predictions = [&](const std::string& of, const std::vector<std::string>& words = {}) {
    return small_ensemble().predictions_file(words, of);
  };
  EXPECT_EQ(predictions(both, {"--state-dict", "state_dict_ema"}), predictions(average));
  EXPECT_EQ(predictions(both), predictions(model_files().folder / "zip.pth"));
  EXPECT_NE(predictions(both), predictions(average));

  const auto run = fxe({"init", both, "--state-dict", "state_dict_ema", "-o", out});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("weights are those under 'state_dict_ema'; not read: 'state_dict' "
                                 "(--state-dict NAME reads another)\n"));
  EXPECT_EQ(read_json(out)["members"][0]["state_dict"], "state_dict_ema");
  EXPECT_EQ(predictions(out), predictions(average));
  ASSERT_EQ(fxe({"convert", both, "--state-dict", "state_dict_ema", "-o", folder / "c.safetensors"}).code, 0);
  EXPECT_EQ(predictions(folder / "c.safetensors"), predictions(average));
  expect_refused({"eval", out, small_ensemble().images, "--state-dict", "state_dict"}, "for each member");
  expect_refused({"init", both, "--state-dict", "ema", "-o", out},
                 "expected one of 'state_dict', 'state_dict_ema'");
}

TEST_F(Init, WhatCannotBeOneEnsembleIsRefusedAndLeavesNoFile) {
  Folder in;
  write_unnamed(in / "a.safetensors", "cifar_resnet8");
  write_unnamed(in / "hundred.safetensors", "cifar_resnet8:classes=100");
  write_text(in / "two.txt", "cat\ndog\n");
  write_text(in / "noise.bin", std::string(1000, '\x55'));
  const std::string a = in / "a.safetensors";
  expect_refused({"init", a}, "-o ENSEMBLE");
  expect_refused({"init", "-o", out}, "MODEL...");
  expect_refused({"init", in / "missing", "-o", out}, "missing");
  expect_refused({"init", in / "noise.bin", "-o", out}, "noise.bin");
  expect_refused({"init", a, in / "hundred.safetensors", "-o", out}, "100 classes");
  expect_refused({"init", a, "--classes", in / "two.txt", "-o", out}, "2 classes");
  expect_refused({"init", a, "--classes", in / "none.txt", "-o", out}, "none.txt");
  expect_refused({"init", a, "--preprocess", "torchvision-224", "-o", out}, "32x32");
  expect_refused({"init", a, "--preprocess", "nonsense", "-o", out}, "nonsense");
  expect_refused({"init", a, "--network", "resnet50", "-o", out}, "there is no tensor");
  expect_refused({"init", a, a, a, "--network", "cifar_resnet8", "--network", "cifar_resnet8", "-o", out},
                 "one for all models or 3");
  expect_refused({"init", a, "--combine", "votes", "-o", out}, "votes");
  expect_refused({"init", a, "-o", a}, "is not an ensemble file");
  EXPECT_THAT(folder.names(), testing::IsEmpty());
  EXPECT_THAT(in.names(), ElementsAre("a.safetensors", "hundred.safetensors", "noise.bin", "two.txt"));
  EXPECT_EQ(fxe({"init", a, "-o", folder / "no/such/e.json"}).code, 1);
}

TEST_F(Init, AFailureKeepsTheFileThatWasThere) {
  const std::string earlier = R"({"schema": "fxe.ensemble/1", "earlier": 1})";
  write_text(out, earlier);
  expect_refused({"init", folder / "missing", "-o", out}, "missing");
  EXPECT_EQ(read_text(out), earlier);
}

}  // namespace
}  // namespace fxe::test
