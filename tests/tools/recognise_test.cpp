// SPDX-License-Identifier: Apache-2.0
// Weight files whose tensors fit more than one network: their name decides, and if it does not, nothing
// is guessed.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "networks/random_weights.h"
#include "networks/registry.h"
#include "runtime/model_loader.h"
#include "tests/tools/command_line.h"
#include "weights_converter/safetensors/file.h"

namespace fxe::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Recognise : public testing::Test {
 protected:
  // The weights of `network` as `file`, with nothing inside that says what they are.
  std::string write(const std::string& file, const std::string& network) {
    const std::string path = folder / file;
    fs::create_directories(fs::path(path).parent_path());
    write_safetensors(path, random_weights(build_network(network), 1));
    return path;
  }
  static std::string network_of(const std::string& path) { return load_model(path, "").network; }
  static std::string error_of(const std::string& path) {
    const auto run = fxe({"inspect", path});
    EXPECT_EQ(run.code, 2);
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    return run.err;
  }
  const Folder folder;
};

TEST_F(Recognise, TheNameOfTheFileDecides) {
  EXPECT_EQ(network_of(write("resnet18.safetensors", "resnet18")), "resnet18");
  EXPECT_EQ(network_of(write("resnet18-best.pth", "resnet18")), "resnet18");
  EXPECT_EQ(network_of(write("ResNet18_Weights.IMAGENET1K_V1.pth", "resnet18")), "resnet18");
  EXPECT_EQ(network_of(write("resnetblur18.safetensors", "resnet18:classes=7")), "resnetblur18:classes=7");
  EXPECT_EQ(network_of(write("tf_efficientnet_b0_ns.pth", "timm_efficientnet_b0")), "tf_efficientnet_b0");
  EXPECT_EQ(network_of(write("GoogLeNet_Weights.IMAGENET1K_V1.pth", "googlenet:classes=9")),
            "googlenet:classes=9,transform_input=true");
}

TEST_F(Recognise, OrThatOfItsFolder) {
  EXPECT_EQ(network_of(write("resnet18.a1_in1k/model.safetensors", "resnet18")), "resnet18");
  EXPECT_EQ(network_of(write("train/20230101-121212-resnetblur18-224/model_best.pth.tar", "resnet18")),
            "resnetblur18");
  EXPECT_EQ(network_of(write("models--timm--tf_mobilenetv3_small_100.in1k/snapshots/0a1b/model.safetensors",
                             "mobilenetv3_small_100")),
            "tf_mobilenetv3_small_100");
  // The file's own name comes first.
  EXPECT_EQ(network_of(write("resnet18/resnetblur18.pth", "resnet18")), "resnetblur18");
}

TEST_F(Recognise, NothingIsGuessed) {
  for (const char* file : {"mine.safetensors", "resnet18_and_resnetblur18.safetensors"})
    EXPECT_THAT(
        error_of(write(file, "resnet18:classes=7")),
        HasSubstr(": 2 networks read these tensors and compute different things with them; say which: "
                  "--network resnet18:classes=7, --network resnetblur18:classes=7 (timm's, anti-aliased "
                  "by blurring)\n"));
  EXPECT_THAT(error_of(write("b.safetensors", "timm_efficientnet_b0")),
              HasSubstr("--network tf_efficientnet_b0 (timm's, with TensorFlow's "
                        "padding and epsilon)"));
  const auto run = fxe({"inspect", folder / "mine.safetensors", "--network", "resnetblur18:classes=7"});
  EXPECT_EQ(run.code, 0) << run.err;
}

// 2.5 % of val800 are right with ReLU, 55.9 % with the LeakyReLU that the one published file was
// trained with.
TEST_F(Recognise, NorTheActivationOfMobileNet) {
  EXPECT_THAT(error_of(write("mobilenetV1X0.25_pretrain.pth", "mobilenet_v1:width=0.25")),
              HasSubstr(",activation=leaky_relu,slope=0.1 (with leaky ReLU, of this or another slope)"));
  EXPECT_EQ(network_of(write("mobilenet_v1.safetensors", "mobilenet_v1:width=0.25")),
            "mobilenet_v1:classes=1000,width=0.25");
}

TEST_F(Recognise, TheNearestNetworkIsNamedWithTheFirstDifference) {
  const auto weights = random_weights(build_network("resnet34:classes=7"), 1);
  const auto altered = [&](const auto& alter, const std::string& prefix = "") {
    TensorMap tensors;
    for (const auto& [name, tensor] : weights) tensors[prefix + name] = tensor;
    alter(tensors);
    const auto path = folder / "altered.safetensors";
    write_safetensors(path, tensors);
    return path;
  };
  const Tensor one = Tensor::from_floats({1}, std::vector<float>{1});
  EXPECT_THAT(error_of(altered([&](auto& t) { t["scale"] = one; })),
              HasSubstr("its 183 tensors match no network that fxe builds. The nearest is resnet34: it has "
                        "no 'scale'. Export other networks as ONNX"));
  EXPECT_THAT(error_of(altered([](auto& t) { t.erase("layer4.0.bn1.bias"); })),
              HasSubstr("The nearest is resnet34: 'layer4.0.bn1.bias' is missing"));
  EXPECT_THAT(
      error_of(altered([](auto& t) {
        t["conv1.weight"] = Tensor::from_floats({64, 3, 3, 3}, std::vector<float>(1728));
      })),
      HasSubstr("The nearest is resnet34: its 'conv1.weight' is [64, 3, 7, 7], here it is [64, 3, 3, 3]"));
  EXPECT_THAT(error_of(altered([](auto& t) {
                t.clear();
                t["a"] = Tensor::from_floats({1}, std::vector<float>{1});
              })),
              HasSubstr("its 1 tensors match no network that fxe builds, not even nearly"));
  // Under a wrapper's name, alone and beside others.
  EXPECT_EQ(network_of(altered([](auto&) {}, "net.backbone.")), "resnet34:classes=7");
  const auto beside = altered([&](auto& t) { t["loss.weight"] = one; }, "net.backbone.");
  EXPECT_THAT(error_of(beside),
              HasSubstr("; 1 of them, such as 'loss.weight', are beside those of resnet34 under "
                        "'net.backbone.': --state-dict net.backbone leaves them out"));
  const auto run = fxe({"inspect", beside, "--state-dict", "net.backbone"});
  EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(Recognise, WhatACheckpointSaysItTrained) {
  const auto python = python_with("torch, torchvision");
  if (python.empty()) GTEST_SKIP() << "no Python with torch and torchvision";
  const auto path = folder / "checkpoint.pth";
  ASSERT_EQ(
      std::system((python +
                   " -W ignore -c \"import torch, torchvision; torch.save({'arch': 'resnet18', 'state_dict': "
                   "torchvision.models.resnet18().state_dict()}, '" +
                   path + "')\" 2>/dev/null")
                      .c_str()),
      0);
  EXPECT_EQ(network_of(path), "resnet18");
}

TEST_F(Recognise, InitSaysWhatItWasNot) {
  const auto run = fxe({"init", write("resnet18.safetensors", "resnet18"), "-o", folder / "e.json"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("resnet18: its tensors are those of resnet18, as its name says; not "
                                 "--network resnetblur18 (timm's, anti-aliased by blurring)\n"));
}

}  // namespace
}  // namespace fxe::test
