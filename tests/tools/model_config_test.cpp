// SPDX-License-Identifier: Apache-2.0
// Configurations that Hugging Face's libraries save beside weights are read, or refused by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/input/preprocess_presets.h"
#include "metareasoner/ensemble_file.h"
#include "networks/random_weights.h"
#include "networks/registry.h"
#include "tests/tools/command_line.h"
#include "weights_converter/safetensors/file.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kConfig = R"({"architecture": "resnet34", "num_classes": 7, "pretrained_cfg": {
  "input_size": [3, 96, 96], "crop_pct": 0.95, "interpolation": "bicubic", "mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4]}})";

class Config : public testing::Test {
 protected:
  std::string write(const std::string& file, const std::string& network = "cifar_resnet8:classes=7") {
    const std::string path = folder / file;
    fs::create_directories(fs::path(path).parent_path());
    write_safetensors(path, random_weights(build_network(network), 1));
    return path;
  }
  MemberEntry member_of(const std::string& model, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"init", model, "-o", folder / "e.json"};
    words.insert(words.end(), more.begin(), more.end());
    const auto run = fxe(words);
    EXPECT_EQ(run.code, 0) << run.err;
    said = run.out;
    return run.code == 0 ? read_ensemble_file(folder / "e.json").members.at(0) : MemberEntry();
  }
  std::string error_of(const std::string& model) {
    const auto run = fxe({"init", model, "-o", folder / "e.json"});
    EXPECT_EQ(run.code, 2) << run.out;
    EXPECT_EQ(lines_of(run.err), 1u) << run.err;
    return run.err;
  }
  const Folder folder;
  std::string said;
};

TEST_F(Config, TimmsSaysNetworkSizeAndValues) {
  const auto model = write("fine/model.safetensors", "resnet34:classes=7");
  write_text(folder / "fine/config.json", kConfig);
  const auto member = member_of(model);
  EXPECT_EQ(member.network, "resnet34:classes=7,input=96");
  Preprocess p = preprocess_preset("timm-96-0.95-bicubic", "");
  p.mean = {0.5, 0.4, 0.3};
  p.std = {0.2, 0.3, 0.4};
  EXPECT_EQ(member.preprocess, p);
  EXPECT_THAT(
      said,
      HasSubstr("fine: images as config.json says: shorter side 101 bicubic, crop 96, mean 0.5 0.4 0.3, "
                "std 0.2 0.3 0.4\n"));
  EXPECT_EQ(member_of(folder / "fine").network, member.network);
  // What is asked for wins.
  EXPECT_EQ(member_of(model, {"--preprocess", "torchvision-224"}).preprocess,
            preprocess_preset("torchvision-224", ""));
}

TEST_F(Config, NamesOfTheClasses) {
  const auto model = write("a/model.safetensors");
  write_text(folder / "a/config.json", R"({"architecture": "cifar_resnet8", "num_classes": 7,
    "label_names": ["ant", "bee\n", "cat", "dog", "eel", "fox", "gnu"]})");
  write_text(folder / "x.ppm", rendered_image(1));
  const auto run = fxe({"classify", model, folder / "x.ppm"});
  ASSERT_EQ(run.code, 0) << run.err;
  for (const char* name : {"ant", "bee", "cat", "dog", "eel", "fox", "gnu"})
    if (run.out.find(name) != std::string::npos) return;
  ADD_FAILURE() << run.out;
}

// In an ensemble file they are the config.json itself, where all that lie beside the members agree.
TEST_F(Config, NamesOfTheClassesOfAnEnsemble) {
  const std::string names = R"(["ant", "bee", "cat", "dog", "eel", "fox", "gnu"])";
  const auto timm = write("a/model.safetensors"), other = write("b/model.safetensors"),
             bare = write("c.safetensors");
  write_text(folder / "a/config.json",
             R"({"architecture": "cifar_resnet8", "pretrained_cfg": {"label_names": )" + names + "}}");
  const auto classes_of = [&](std::vector<std::string> models, const std::string& said_of_them) {
    models.insert(models.begin(), "init");
    models.insert(models.end(), {"-o", folder / "e.json"});
    const auto run = fxe(models);
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr(said_of_them));
    return read_ensemble_file(folder / "e.json").classes.string();
  };
  EXPECT_THAT(classes_of({bare, timm}, "2 members, 7 classes, as a/config.json names them\n"),
              testing::EndsWith("a/config.json"));
  write_text(folder / "val/bee/x.ppm", rendered_image(1));
  EXPECT_EQ(fxe({"eval", folder / "e.json", folder / "val", "--predictions", folder / "p.csv"}).code, 0);
  EXPECT_EQ(read_predictions(folder / "p.csv").at(0).label, 1);
  // transformers', of a network that it calls otherwise; in another order.
  write_text(folder / "b/config.json", R"({"architectures": ["X"], "depths": [[1], [2]], "id2label":
    {"0": "gnu", "1": "bee", "2": "cat", "3": "dog", "4": "eel", "5": "fox", "6": "ant"}})");
  EXPECT_THAT(classes_of({other}, ", as b/config.json names them\n"), testing::EndsWith("b/config.json"));
  EXPECT_EQ(classes_of({timm, other}, "their config.json name them differently: say --classes\n"), "");
  write_text(folder / "mine.txt", "1\n2\n3\n4\n5\n6\n7\n");
  EXPECT_THAT(classes_of({timm, other, "--classes", folder / "mine.txt"}, ", 7 classes\n"),
              testing::EndsWith("mine.txt"));
  EXPECT_EQ(classes_of({bare}, ", 7 classes\n"), "");
}

TEST_F(Config, TheUsualSizeOfTheTwo) {
  const auto model = write("a/model.safetensors", "mobilenetv2_100:classes=7");
  write_text(folder / "a/config.json", R"({"architecture": "mobilenetv2_100", "input_size": [3, 160, 160],
    "test_input_size": [3, 224, 224], "crop_pct": 0.9})");
  EXPECT_EQ(member_of(model).preprocess, preprocess_preset("timm-224-0.9-bicubic", ""));
}

TEST_F(Config, TellsApartWhatReadsTheSameTensors) {
  const auto model = write("a/model.safetensors", "resnet18:classes=7");
  write_text(folder / "a/config.json", R"({"architecture": "resnetblur18", "num_classes": 7})");
  EXPECT_EQ(member_of(model).network, "resnetblur18:classes=7");
  write_text(folder / "a/config.json", R"({"architecture": "my_resnet", "num_classes": 7})");
  EXPECT_THAT(error_of(model), HasSubstr("config.json: architecture is 'my_resnet', but the tensors of "
                                         "model.safetensors are those of resnet18:classes=7; export ONNX"));
}

TEST_F(Config, WhatFxeCannotDoIsNamed) {
  const auto model = write("a/model.safetensors");
  for (const auto& [config, error] :
       {std::pair{R"({"architecture": "cifar_resnet8", "num_classes": 8})", "num_classes is 8, but"},
        {R"({"architecture": "cifar_resnet8", "model_args": {"act_layer": "silu"}})",
         "model_args has 'act_layer'"},
        {R"({"architecture": "cifar_resnet8", "global_pool": "max"})", "global_pool is \"max\""},
        {R"({"architecture": "cifar_resnet8", "input_size": [3, 32, 32], "interpolation": "nearest"})",
         "interpolation is \"nearest\""},
        {R"({"architecture": 3})", "architecture is not a name"},
        {R"({"architecture": )", "config.json: it is not JSON at byte"}}) {
    write_text(folder / "a/config.json", config);
    EXPECT_THAT(error_of(model), HasSubstr(error)) << config;
  }
}

TEST_F(Config, OfSomethingElseIsPassedOver) {
  for (const char* config :
       {R"({"lr": 0.1, "mean": [1, 2, 3]})", "[1, 2]", "3",
        R"({"architectures": ["ResNetForImageClassification"], "model_type": "resnet"})"}) {
    const auto model = write("a/model.safetensors");
    write_text(folder / "a/config.json", config);
    EXPECT_EQ(member_of(model).preprocess, preprocess_preset("cifar-32", ""));
  }
  // It is about model.safetensors where there is one.
  write_text(folder / "a/config.json", R"({"architecture": "resnet50", "num_classes": 9})");
  EXPECT_EQ(member_of(write("a/other.safetensors")).network, "cifar_resnet8:classes=7");
  EXPECT_THAT(error_of(folder / "a/model.safetensors"), HasSubstr("architecture is 'resnet50'"));
}

TEST_F(Config, TransformersSaysValues) {
  const auto model = write("a/model.safetensors");
  const std::string processor =
      R"({"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32},
    "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]})";
  write_text(folder / "a/preprocessor_config.json", processor);
  Preprocess p = preprocess_preset("squash-32", "");
  p.mean = p.std = {0.5, 0.5, 0.5};
  p.crop_rounding = Preprocess::Rounding::down;
  EXPECT_EQ(member_of(model).preprocess, p);
  EXPECT_THAT(said, HasSubstr("a: images as preprocessor_config.json says: both sides 32 bilinear, crop 32"));
  write_text(folder / "a/config.json", R"({"architecture": "cifar_resnet8", "input_size": [3, 32, 32]})");
  EXPECT_THAT(error_of(model),
              HasSubstr("config.json and preprocessor_config.json prepare images in different ways"));
}

}  // namespace
}  // namespace fxe::test
