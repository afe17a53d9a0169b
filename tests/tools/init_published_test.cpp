// SPDX-License-Identifier: Apache-2.0
// From a folder of timm's weights, as downloaded, to a running ensemble in two commands; and the errors of
// the script that downloads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <set>
#include <sstream>

#include "engine/input/preprocess_presets.h"
#include "engine/sha256.h"
#include "metareasoner/ensemble_file.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/paths.h"
#include "tests/tools/command_line.h"
#include "weights_converter/safetensors/file.h"

namespace fxe::test {
namespace {

using testing::HasSubstr;

// Random weights in a file as timm publishes it: no metadata of fxe's, and BatchNorm's counters.
void write_timm(const std::string& path, const std::string& network, uint64_t seed) {
  TensorMap weights = random_weights(build_network(network), seed);
  std::vector<std::string> norms;
  for (const auto& [name, tensor] : weights)
    if (name.ends_with(".running_mean")) norms.push_back(name.substr(0, name.size() - 12));
  for (const auto& norm : norms)
    weights[norm + "num_batches_tracked"] =
        Tensor::from_bytes(DType::i64, Shape{}, std::vector<std::byte>(8, std::byte{1}));
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_safetensors(path, weights, {{"format", "pt"}});
}

TEST(InitPublished, AFolderOfTimmsFilesRunsInTwoCommands) {
  const Folder folder;
  write_timm(folder / "timm/resnet18.tv_in1k/model.safetensors", "resnet18:classes=10", 1);
  write_timm(folder / "timm/resnet18.a1_in1k/model.safetensors", "resnet18:classes=10", 2);
  write_text(folder / "timm/resnet18.a1_in1k/README.md", "not weights");
  for (int i = 0; i < 3; ++i)
    write_text(folder / ("images/" + std::to_string(i) + "/a.ppm"), rendered_image(static_cast<uint64_t>(i)));

  const auto init = fxe({"init", folder / "timm", "-o", folder / "e.json"});
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.out, HasSubstr("resnet18.a1_in1k: images as published, timm-224-0.95-bicubic\n"));
  const auto file = read_ensemble_file(folder / "e.json");
  ASSERT_EQ(file.members.size(), 2u);
  EXPECT_EQ(file.members[0].name, "resnet18.a1_in1k");
  EXPECT_EQ(file.members[0].model, "timm/resnet18.a1_in1k/model.safetensors");
  EXPECT_EQ(file.members[0].network, "resnet18:classes=10");
  EXPECT_EQ(file.members[0].preprocess, preprocess_preset("timm-224-0.95-bicubic", ""));
  EXPECT_EQ(file.members[1].name, "resnet18.tv_in1k");
  EXPECT_EQ(file.members[1].preprocess, preprocess_preset("timm-224-0.875-bilinear", ""));

  const auto eval = fxe({"eval", folder / "e.json", folder / "images", "--json", folder / "r.json"});
  ASSERT_EQ(eval.code, 0) << eval.err;
  EXPECT_EQ(read_json(folder / "r.json")["images"], 3);
}

// Of docs/guides/ensembles.md: the commands of "Two commands", and the names of timm's eight ResNet-50.
struct Page {
  std::vector<std::string> commands, names;
};

Page ensembles_page() {
  Page page;
  std::istringstream lines(read_text(FXE_SOURCE_DIR "/docs/guides/ensembles.md"));
  bool two_commands = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) two_commands = line == "## Two commands";
    if (two_commands && line.starts_with("    fxe ")) page.commands.push_back(line.substr(4));
    if (line.starts_with("| `resnet50.")) page.names.push_back(line.substr(3, line.find('`', 3) - 3));
  }
  return page;
}

TEST(InitPublished, TheTwoCommandsAsThePageWritesThem) {
  const Page page = ensembles_page();
  ASSERT_EQ(page.commands.size(), 2u);
  ASSERT_EQ(page.names.size(), 8u);
  const Folder folder;
  uint64_t seed = 0;
  for (const auto& name : page.names)
    write_timm(folder / ("weights/" + name + "/model.safetensors"), "mobilenetv2_100:classes=3", ++seed);
  write_text(folder / "synset_words.txt",
             "n01440764 tench\nn01443537 goldfish\nn01484850 great white shark\n");
  for (const char* synset : {"n01440764", "n01443537", "n01484850"})
    write_text(folder / (std::string("val/") + synset + "/1.ppm"), rendered_image(++seed));
  for (const auto& command : page.commands)
    ASSERT_EQ(std::system(("cd '" + folder.path() + "' && PATH='" FXE_BINARY_DIR ":'$PATH && " + command +
                           " >>log 2>&1")
                              .c_str()),
              0)
        << command << "\n"
        << read_text(folder / "log");

  const auto file = read_ensemble_file(folder / "ensemble.json");
  ASSERT_EQ(file.members.size(), 8u);
  std::set<std::string> names;
  for (const auto& member : file.members) {
    names.insert(member.name);
    EXPECT_EQ(member.network, "mobilenetv2_100:classes=3");
    EXPECT_EQ(member.preprocess, preprocess_preset("timm-224-0.95-bicubic", "")) << member.name;
  }
  EXPECT_EQ(names, std::set(page.names.begin(), page.names.end()));
  EXPECT_THAT(read_text(folder / "log"), HasSubstr(" * Acc@1 "));
  EXPECT_THAT(read_text(folder / "log"), HasSubstr("ensemble.json: 8 members, 3 classes\n"));
}

TEST(InitPublished, WhatIsAskedForWins) {
  const Folder folder;
  write_timm(folder / "resnet18.a1_in1k.safetensors", "resnet18:classes=10", 1);
  ASSERT_EQ(fxe({"init", folder / "resnet18.a1_in1k.safetensors", "--preprocess", "torchvision-224", "-o",
                 folder / "e.json"})
                .code,
            0);
  EXPECT_EQ(read_ensemble_file(folder / "e.json").members[0].preprocess,
            preprocess_preset("torchvision-224", ""));
}

TEST(InitPublished, AFolderWithoutWeights) {
  const Folder folder;
  write_text(folder / "empty/notes.txt", "x");
  const auto init = fxe({"init", folder / "empty", "-o", folder / "e.json"});
  EXPECT_EQ(init.code, 2);
  EXPECT_THAT(init.err,
              HasSubstr("empty: no weight files found in it or one level below (safetensors, pth, pt, th, "));
}

// The script's exit code and what it said.
Outcome published_ensemble(const std::string& words, const std::string& mirror) {
  const Folder folder;
  const std::string command = "FXE=/bin/true FXE_MIRROR='" + mirror +
                              "' '" FXE_SOURCE_DIR "/tools/published_ensemble' " + words + " >'" +
                              (folder / "log") + "' 2>&1";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(folder / "log"), ""};
}

TEST(InitPublished, TheScriptSaysWhatItCouldNotFetch) {
  if (std::system("curl --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no curl";
  const Folder folder;
  const auto to = "'" + (folder / "to") + "'";
  EXPECT_EQ(published_ensemble("", "").code, 2);
  EXPECT_EQ(published_ensemble("keras " + to, "").code, 2);
  const auto missing = published_ensemble("torchvision " + to, "file://" + (folder / "nowhere"));
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.out,
              HasSubstr("could not fetch file://" + (folder / "nowhere/models/alexnet-owt-7be5be79.pth") +
                        "; this needs a network that reaches it."));
  write_text(folder / "mirror/models/alexnet-owt-7be5be79.pth", "something else");
  const auto wrong = published_ensemble("torchvision " + to, "file://" + (folder / "mirror"));
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.out, HasSubstr("expected sha256 7be5be791159472b"));
  EXPECT_FALSE(std::filesystem::exists(folder / "to/alexnet-owt-7be5be79.pth"));
  EXPECT_FALSE(std::filesystem::exists(folder / "to/alexnet-owt-7be5be79.pth.part"));
  const auto plain = published_ensemble("caffe " + to, "http://somewhere");
  EXPECT_EQ(plain.code, 2);
  EXPECT_THAT(plain.out, HasSubstr("expected https://... or file:///..., found http://somewhere"));
}

// If no digest is known here, the one published beside the file decides; without any, the file is refused.
TEST(InitPublished, TheScriptFetchesNothingWithoutAWholeDigest) {
  if (std::system("curl --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no curl";
  const Folder folder;
  const std::string script = read_text(FXE_SOURCE_DIR "/tools/published_ensemble");
  // A list of the one file that has no digest.
  const auto begin = script.find("a1 7735"), end = script.find("LIST", begin);
  write_text(folder / "script", std::string(script).replace(begin, end - begin, "c2\n"));
  const auto run = [&] {
    const std::string command = "FXE=/bin/true FXE_MIRROR='file://" + (folder / "mirror") + "' bash '" +
                                (folder / "script") + "' timm '" + (folder / "to") + "' >'" +
                                (folder / "log") + "' 2>&1";
    const int status = std::system(command.c_str());
    return std::pair(WEXITSTATUS(status), read_text(folder / "log"));
  };
  const std::string at = folder / "mirror/timm/resnet50.c2_in1k/",
                    file = folder / "to/resnet50.c2_in1k/model.safetensors";
  write_text(at + "resolve/main/model.safetensors", "weights");
  write_text(at + "raw/main/model.safetensors", "oid sha256:12345678\n");
  EXPECT_THAT(run().second, HasSubstr("no whole SHA-256 is published beside it, so it is not fetched"));
  EXPECT_FALSE(std::filesystem::exists(file));
  write_text(at + "raw/main/model.safetensors", "oid sha256:" + std::string(64, '0') + "\n");
  EXPECT_THAT(run().second, HasSubstr("expected sha256 0000"));
  EXPECT_FALSE(std::filesystem::exists(file));
  const std::string weights = "weights";
  write_text(at + "raw/main/model.safetensors",
             "version 1\noid sha256:" + sha256_hex(std::as_bytes(std::span(weights))) + "\nsize 7\n");
  const auto [code, log] = run();
  EXPECT_EQ(code, 0) << log;
  EXPECT_EQ(read_text(file), "weights");
}

}  // namespace
}  // namespace fxe::test
