// SPDX-License-Identifier: Apache-2.0
// Preprocessing as timm's and transformers' files describe it: against those libraries if they are installed,
// and against recorded results.
#include "engine/input/config_preprocess.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "engine/input/preprocess_presets.h"
#include "tests/engine/image/checksum.h"
#include "tests/engine/image/picture.h"
#include "tests/engine/input/expect_error.h"
#include "tests/engine/input/python_peer.h"
#include "tests/engine/input/temporary_folder.h"

namespace fxe::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

const char* const kTimm[] = {
    R"({"architecture": "resnet18", "num_classes": 10, "pretrained_cfg": {"input_size": [3, 96, 96], "crop_pct": 0.95,
        "interpolation": "bicubic", "crop_mode": "center", "mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3]}})",
    R"({"architecture": "resnet18", "input_size": [3, 96, 96], "interpolation": "bilinear", "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225]})",
    R"({"pretrained_cfg": {"input_size": [3, 64, 64], "crop_pct": 0.9, "crop_mode": "squash", "interpolation": "bilinear"}})",
    R"({"pretrained_cfg": {"input_size": [3, 100, 100], "crop_pct": 1.0, "crop_mode": "border", "interpolation": "bicubic",
        "mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711]}})"};

const char* const kTransformers[] = {
    R"({"image_processor_type": "ViTImageProcessor", "do_resize": true, "size": {"height": 64, "width": 64}, "resample": 2,
        "do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true, "image_mean": [0.5, 0.4, 0.3],
        "image_std": [0.5, 0.25, 0.125]})",
    R"({"feature_extractor_type": "ConvNextFeatureExtractor", "do_resize": true, "size": {"shortest_edge": 64},
        "crop_pct": 0.875, "resample": 3, "do_normalize": true, "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225]})",
    R"({"image_processor_type": "ConvNextImageProcessor", "do_resize": true, "size": {"shortest_edge": 384}, "resample": 3,
        "do_normalize": false})",
    R"({"image_processor_type": "BitImageProcessor", "do_resize": true, "size": {"shortest_edge": 80}, "resample": 3,
        "do_center_crop": true, "crop_size": {"height": 64, "width": 64}, "do_normalize": true,
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]})",
    R"({"image_processor_type": "DeiTImageProcessor", "do_resize": true, "size": {"height": 80, "width": 80}, "resample": 3,
        "do_center_crop": true, "crop_size": {"height": 64, "width": 64}, "do_normalize": true,
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]})"};

Preprocess timm(const std::string& text, size_t which = 0) {
  const auto config = Json::parse(text);
  return timm_config_preprocess(config.contains("pretrained_cfg") ? config["pretrained_cfg"] : config,
                                "c.json")
      .at(which);
}
Preprocess transformers(const std::string& text) {
  return transformers_config_preprocess(Json::parse(text), "p.json");
}

TEST(ConfigPreprocess, TimmsConfig) {
  Preprocess p = preprocess_preset("timm-96-0.95-bicubic", "");
  p.mean = {0.5, 0.4, 0.3};
  p.std = {0.2, 0.25, 0.3};
  EXPECT_EQ(timm(kTimm[0]), p);
  EXPECT_EQ(timm(kTimm[1]), preprocess_preset("timm-96-0.875-bilinear", ""));
  EXPECT_EQ(timm(kTimm[2]), preprocess_preset("timm-64-0.9-bilinear-squash", ""));
  const char* two = R"({"input_size": [3, 224, 224], "test_input_size": [3, 288, 288], "crop_pct": 0.95,
                        "test_crop_pct": 1.0})";
  EXPECT_EQ(timm(two, 0), preprocess_preset("timm-224-0.95-bicubic", ""));
  EXPECT_EQ(timm(two, 1), preprocess_preset("timm-288-1.0-bicubic", ""));
}

TEST(ConfigPreprocess, TransformersConfig) {
  Preprocess p = preprocess_preset("torchvision-73-64-bicubic", "");
  p.crop_rounding = Preprocess::Rounding::down;
  EXPECT_EQ(transformers(kTransformers[1]), p);
  p = preprocess_preset("squash-384", "");
  p.filter = Filter::bicubic;
  p.mean = {};
  p.std = {1, 1, 1};
  p.crop_rounding = Preprocess::Rounding::down;
  EXPECT_EQ(transformers(kTransformers[2]), p);
}

// Named by timm's and transformers' keys, with the value found.
TEST(ConfigPreprocess, WhatCannotBeDoneIsNamed) {
  const auto timm_error = [](const char* text) { return error_of([&] { timm(text); }); };
  const auto error = [](const std::string& more) {
    Json config = Json::parse(kTransformers[3]);
    config.update(Json::parse(more));
    return error_of([&] { transformers(config.dump()); });
  };
  EXPECT_THAT(
      timm_error(R"({"input_size": [3, 96, 96], "interpolation": "lanczos"})"),
      HasSubstr("c.json: interpolation is \"lanczos\"; expected bicubic or bilinear. Say how images are "
                "prepared with --preprocess"));
  EXPECT_THAT(timm_error(R"({"input_size": [3, 96, 96], "crop_mode": "tiled"})"),
              HasSubstr("crop_mode is \"tiled\""));
  EXPECT_THAT(timm_error(R"({"input_size": [1, 96, 96]})"),
              HasSubstr("input_size is [1,96,96]; expected [3, SIZE"));
  EXPECT_THAT(timm_error(R"({"input_size": [3, 96, 128]})"), HasSubstr("input_size"));
  EXPECT_THAT(timm_error(R"({"input_size": [3, 96, 1e9]})"), HasSubstr("input_size"));
  EXPECT_THAT(timm_error(R"({"input_size": [3, 96, 96], "mean": [0.5]})"),
              HasSubstr("mean is [0.5]; expected three"));
  EXPECT_THAT(timm_error(R"({"input_size": [3, 96, 96], "std": [0.5, 0, 1]})"),
              HasSubstr("three numbers above 0"));
  EXPECT_THAT(timm_error(R"({"input_size": [3, 96, 96], "crop_pct": "big"})"),
              HasSubstr("crop_pct is \"big\""));
  EXPECT_THAT(timm_error(R"({"input_size": [3, 96, 96], "crop_pct": 1e-9})"), HasSubstr("crop_pct"));
  EXPECT_THAT(error(R"({"resample": 1})"),
              HasSubstr("p.json: resample is 1; expected 2 (bilinear) or 3 (bicubic)"));
  EXPECT_THAT(error(R"({"do_flip_channel_order": true})"),
              HasSubstr("do_flip_channel_order is true; expected false"));
  EXPECT_THAT(error(R"({"size": {"longest_edge": 80}})"), HasSubstr("size is {\"longest_edge\":80}"));
  EXPECT_THAT(error(R"({"do_center_crop": false})"), HasSubstr("do_center_crop is false"));
  EXPECT_THAT(error(R"({"crop_size": {"height": 99, "width": 64}})"), HasSubstr("crop_size"));
  EXPECT_THAT(error(R"({"image_mean": null})"), HasSubstr("image_mean is null"));
  EXPECT_THAT(error(R"({"do_rescale": 1})"), HasSubstr("do_rescale is 1; expected true or false"));
  EXPECT_THAT(error(R"({"image_processor_type": "NewImageProcessor", "size": 80})"), HasSubstr("size is 80"));
}

template <size_t N>
void compare_with_peer(const std::string& library, const char* const (&configs)[N],
                       const std::function<Preprocess(const std::string&)>& parse) {
  const auto python = python_with(library + ", torch, numpy, PIL");
  if (python.empty()) GTEST_SKIP() << "no Python with " << library << " and torch (set FXE_PYTHON)";
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {library};
  for (size_t i = 0; i < N; ++i) {
    arguments.push_back((folder.path() / fmt::format("{}.json", i)).string());
    std::ofstream(arguments.back()) << configs[i];
  }
  const auto lines = run_peer(python, "input/config_peer.py", arguments);
  ASSERT_EQ(lines.size(), N);
  for (size_t i = 0; i < N; ++i) {
    SCOPED_TRACE(configs[i]);
    const Preprocess p = parse(configs[i]);
    std::string line;
    std::vector<uint8_t> pixels(p.elements());
    for (const auto& [width, height] : {std::pair{500, 375}, {512, 500}, {257, 256}, {640, 480}}) {
      Preprocessor().pixels(p, golden_picture(width, height), pixels);
      line += fmt::format("{:08x}\t", crc32(std::as_bytes(std::span(pixels))));
    }
    for (size_t c = 0; c < 3; ++c) line += fmt::format("{:.5f}\t{:.5f}\t", p.mean[c], p.std[c]);
    line.pop_back();
    EXPECT_EQ(line, lines[i]);
  }
}

TEST(ConfigPeer, Timm) {
  compare_with_peer("timm", kTimm, [](const std::string& text) { return timm(text); });
}

TEST(ConfigPeer, Transformers) {
  compare_with_peer("transformers", kTransformers,
                    [](const std::string& text) { return transformers(text); });
}

}  // namespace
}  // namespace fxe::test
