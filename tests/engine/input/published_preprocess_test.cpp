// SPDX-License-Identifier: Apache-2.0
#include "engine/input/published_preprocess.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "engine/input/preprocess_presets.h"
#include "engine/input/timm_weights.h"
#include "tests/engine/input/python_peer.h"

namespace fxe::test {
namespace {

TEST(PublishedPreprocess, Names) {
  EXPECT_EQ(published_name("a/resnet50-11ad3fa6.pth"), "resnet50-11ad3fa6");
  EXPECT_EQ(published_name("a/resnet50.a1_in1k.safetensors"), "resnet50.a1_in1k");
  EXPECT_EQ(published_name("a/resnet50.a1_in1k/model.safetensors"), "resnet50.a1_in1k");
  EXPECT_EQ(published_name("a/resnet50.a1_in1k/../b/pytorch_model.bin"), "b");
  EXPECT_EQ(
      published_name(
          "hub/models--timm--resnet50.a1_in1k/snapshots/767268603ca0cb0bfe326fa87277f19c/model.safetensors"),
      "resnet50.a1_in1k");
  EXPECT_EQ(published_name("x/snapshots/767268603ca0/model.safetensors"), "x");
  EXPECT_EQ(published_name("/model.safetensors"), "model");
}

TEST(PublishedPreprocess, Presets) {
  for (const char* tag : {"a1", "a2", "a3", "b1k", "b2k", "c1", "c2", "d"})
    EXPECT_EQ(published_preset(fmt::format("resnet50.{}_in1k", tag)), "timm-224-0.95-bicubic") << tag;
  EXPECT_EQ(published_preset("tf_efficientnet_b1.ap_in1k"), "timm-240-0.882-bicubic-inception");
  EXPECT_EQ(published_preset("convnext_base.fb_in22k_ft_in1k_384"), "timm-384-1.0-bicubic-squash");
  EXPECT_EQ(published_preset("resnet50.tv2_in1k"), "timm-224-0.965-bilinear");
  EXPECT_EQ(published_preset("resnet50.a1h_in1k"), "timm-224-1.0-bicubic");
  EXPECT_EQ(published_preset("resnet50-0676ba61"), "torchvision-256-224");
  EXPECT_EQ(published_preset("resnet50-11ad3fa6"), "torchvision-232-224");
  EXPECT_EQ(published_preset("ResNet50_Weights.IMAGENET1K_V2"), "torchvision-232-224");
  for (const char* name : {"resnet50", "resnet50.a1", "model", ""})
    EXPECT_EQ(published_preset(name), std::nullopt);
  for (const auto& w : timm_weights()) EXPECT_NO_THROW(preprocess_preset(w.preset, "table")) << w.name;
}

TEST(PublishedPreprocess, TimmsWeights) {
  const auto python = python_with("timm");
  if (python.empty()) GTEST_SKIP() << "no Python with timm";
  std::set<std::string> known;
  for (const auto& w : timm_weights()) known.insert(fmt::format("{}\t{}", w.name, w.preset));
  EXPECT_EQ(known.size(), 171u);
  size_t found = 0;
  for (const auto& line : run_peer(python, "input/make_timm_weights.py", {})) found += known.count(line);
  EXPECT_EQ(found, known.size());
}

}  // namespace
}  // namespace fxe::test
