// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "engine/input/preprocess.h"
#include "engine/input/torchvision_weights.h"
#include "tests/engine/input/expect_error.h"

namespace fxe::test {
namespace {

using Json = nlohmann::json;

Preprocess parse(const std::string& text) { return parse_preprocess(Json::parse(text), "here"); }
Preprocess preset(const std::string& name) { return parse_preprocess(Json(name), "here"); }
std::string preprocess_error(const std::string& text) {
  return error_of([&] { parse(text); });
}

Preprocess imagenet(int to, int crop, Filter filter) {
  return {.side = Preprocess::Side::shorter,
          .resize_h = to,
          .resize_w = to,
          .filter = filter,
          .crop_h = crop,
          .crop_w = crop,
          .mean = {0.485, 0.456, 0.406},
          .std = {0.229, 0.224, 0.225}};
}

TEST(PreprocessJson, Presets) {
  EXPECT_EQ(preset("torchvision-224"), imagenet(256, 224, Filter::bilinear));
  EXPECT_EQ(preset("torchvision-232-224"), imagenet(232, 224, Filter::bilinear));
  EXPECT_EQ(preset("timm-224-0.95-bicubic"), imagenet(235, 224, Filter::bicubic));
  EXPECT_EQ(preset("timm-224-0.875"), imagenet(256, 224, Filter::bicubic));
  EXPECT_EQ(preset("timm-288-1.0-bilinear"), imagenet(288, 288, Filter::bilinear));
  EXPECT_EQ(preset("timm-224-0.965"), imagenet(232, 224, Filter::bicubic));
  EXPECT_EQ(preset("timm-160-0.95"), imagenet(168, 160, Filter::bicubic));
  EXPECT_EQ(preset("timm-176-0.9"), imagenet(195, 176, Filter::bicubic));
  auto squash = imagenet(192, 192, Filter::bilinear);
  squash.side = Preprocess::Side::both;
  EXPECT_EQ(preset("squash-192"), squash);
  EXPECT_EQ(
      preset("cifar-32"),
      (Preprocess{.crop_h = 32, .crop_w = 32, .mean = {0.485, 0.456, 0.406}, .std = {0.229, 0.224, 0.225}}));
  EXPECT_EQ(preset("caffe-227"), (Preprocess{.side = Preprocess::Side::both,
                                             .resize_h = 256,
                                             .resize_w = 256,
                                             .antialias = false,
                                             .crop_h = 227,
                                             .crop_w = 227,
                                             .crop_rounding = Preprocess::Rounding::down,
                                             .channels = Preprocess::Channels::bgr,
                                             .scale = 1,
                                             .mean = {104, 117, 123}}));
}

TEST(PreprocessJson, PresetsWithMoreWords) {
  EXPECT_EQ(preset("torchvision-238-224-bicubic"), imagenet(238, 224, Filter::bicubic));
  EXPECT_EQ(preset("torchvision:AlexNet_Weights.IMAGENET1K_V1"), imagenet(256, 224, Filter::bilinear));
  EXPECT_EQ(preset("torchvision:ResNet50_Weights.IMAGENET1K_V2"), imagenet(232, 224, Filter::bilinear));
  EXPECT_EQ(preset("timm-224-0.9-center-bilinear"), imagenet(248, 224, Filter::bilinear));
  auto timm = imagenet(248, 224, Filter::bicubic);
  timm.mean = timm.std = {0.5, 0.5, 0.5};
  timm.side = Preprocess::Side::both;
  EXPECT_EQ(preset("timm-224-0.9-squash-inception"), timm);
  timm.side = Preprocess::Side::longer;
  timm.fill = {128, 128, 128};  // 127.5, to the even side
  EXPECT_EQ(preset("timm-224-0.9-border-inception"), timm);
  EXPECT_EQ(preset("timm-224-1.0-border").fill, (std::array<uint8_t, 3>{124, 116, 104}));
  auto mlperf = imagenet(256, 224, Filter::area);
  mlperf.crop_rounding = Preprocess::Rounding::down;
  mlperf.scale = 1;
  mlperf.mean = {123.68, 116.78, 103.94};
  mlperf.std = {1, 1, 1};
  EXPECT_EQ(preset("mlperf-resnet50"), mlperf);
  auto mobilenet = imagenet(256, 224, Filter::bilinear);
  mobilenet.antialias = false;
  mobilenet.crop_rounding = Preprocess::Rounding::down;
  mobilenet.mean = mobilenet.std = {0.5, 0.5, 0.5};
  EXPECT_EQ(preset("mlperf-mobilenet"), mobilenet);
  EXPECT_EQ(
      error_of([] { preset("torchvision:ResNet50_Weights.IMAGENET1K_V3"); }),
      "here: torchvision publishes no 'ResNet50_Weights.IMAGENET1K_V3' (nearest: "
      "ResNet50_Weights.IMAGENET1K_V1, ResNet50_Weights.IMAGENET1K_V2, ResNet101_Weights.IMAGENET1K_V1)");
}

TEST(PreprocessJson, WhichPillow) {
  auto p = imagenet(256, 224, Filter::bilinear);
  EXPECT_EQ(p.pillow, Pillow::up_to_12);
  p.pillow = Pillow::from_13;
  EXPECT_EQ(preset("torchvision-224-pillow13"), p);
  EXPECT_EQ(parse_preprocess(to_json(p), "here"), p);
  EXPECT_EQ(to_json(p)["resize"]["pillow"], 13);
  p.pillow = Pillow::up_to_12;
  EXPECT_EQ(parse_preprocess(to_json(p), "here"), p);
  EXPECT_FALSE(to_json(p)["resize"].contains("pillow"));
  EXPECT_EQ(preset("torchvision:ResNet50_Weights.IMAGENET1K_V2-pillow13").pillow, Pillow::from_13);
  for (const std::string name : {"mlperf-resnet50-pillow13", "caffe-227-pillow13", "cifar-32-pillow13"})
    EXPECT_EQ(error_of([&] { preset(name); }),
              "here: '" + name + "': this preset does not resize as Pillow does; leave out '-pillow13'");
}

// Every published weight file's preset exists, and its file name is its own.
TEST(PreprocessJson, TorchvisionsWeightFiles) {
  std::set<std::string_view> files;
  for (const auto& w : torchvision_weights()) {
    EXPECT_NO_THROW(preset(w.preset)) << w.name;
    EXPECT_TRUE(files.insert(w.file).second) << w.file;
  }
}

TEST(PreprocessJson, UnknownPresets) {
  for (const std::string name : {"",
                                 "-",
                                 "torchvision",
                                 "torchvision-256",
                                 "torchvision-0-224",
                                 "torchvision-256-224-1",
                                 "torchvision-99999-224",
                                 "torchvision-2x-224",
                                 "timm-224",
                                 "timm-224-0.05",
                                 "timm-224-nan",
                                 "timm-224-1.5",
                                 "timm-224-0.9-nearest",
                                 "timm-224-0.9-bicubic-bicubic",
                                 "timm-224-0.9-squash-border",
                                 "torchvision-256-224-nearest",
                                 "mlperf",
                                 "timm-8192-0.2",
                                 "timm--1-0.9",
                                 "squash-",
                                 "squash-999999999999",
                                 "caffe-257",
                                 "caffe-0",
                                 "cifar-33"}) {
    const auto message = error_of([&] { preset(name); });
    EXPECT_TRUE(message.starts_with("here: unknown preset '" + name + "'; expected torchvision-224"))
        << message;
  }
}

TEST(PreprocessJson, Objects) {
  EXPECT_EQ(parse(R"({"crop": 224})"), Preprocess{});
  EXPECT_EQ(parse(R"({"resize": {"to": 256}, "crop": 224})"),
            (Preprocess{.side = Preprocess::Side::shorter, .resize_h = 256, .resize_w = 256}));
  EXPECT_EQ(parse(R"({"resize": {"to": [100, 200], "side": "both", "filter": "bicubic", "antialias": true},
                      "crop": [90, 110], "channels": "bgr", "scale": 2, "mean": [1, 2, 3], "std": [4, 5, 6.5]})"),
            (Preprocess{.side = Preprocess::Side::both,
                        .resize_h = 100,
                        .resize_w = 200,
                        .filter = Filter::bicubic,
                        .crop_h = 90,
                        .crop_w = 110,
                        .channels = Preprocess::Channels::bgr,
                        .scale = 2,
                        .mean = {1, 2, 3},
                        .std = {4, 5, 6.5}}));
  EXPECT_EQ(parse(R"({"resize": {"to": 256, "side": "both", "antialias": false}, "crop": 227,
                      "mean_image": "m/mean.binaryproto"})"),
            (Preprocess{.side = Preprocess::Side::both,
                        .resize_h = 256,
                        .resize_w = 256,
                        .antialias = false,
                        .crop_h = 227,
                        .crop_w = 227,
                        .mean_file = "m/mean.binaryproto"}));
  EXPECT_EQ(parse(R"({"resize": {"side": "none", "antialias": false}, "crop": 32})"),
            (Preprocess{.crop_h = 32, .crop_w = 32}));
}

TEST(PreprocessJson, RoundTrip) {
  for (const char* name : {"torchvision-224", "timm-224-0.95-bicubic", "squash-160", "cifar-32", "caffe-227",
                           "timm-8192-0.5", "timm-224-0.9-border", "mlperf-resnet50", "mlperf-mobilenet"}) {
    const auto p = preset(name);
    EXPECT_EQ(parse(to_json(p).dump()), p) << to_json(p).dump();
  }
  const auto odd = parse(R"({"resize": {"to": [3, 5], "side": "both"}, "crop": [2, 1], "scale": 0.1,
                             "mean": [0.1, 1e-300, -7], "std": [0.30000000000000004, 1, 1e10]})");
  EXPECT_EQ(parse(to_json(odd).dump()), odd);
}

TEST(PreprocessJson, Errors) {
  EXPECT_EQ(preprocess_error("3"), "here: expected an object, found number");
  EXPECT_EQ(preprocess_error("{}"), "here: 'crop' is missing; it is the network's input size");
  EXPECT_EQ(preprocess_error(R"({"cropp": 3})"), "here: unknown key 'cropp' (nearest: crop)");
  EXPECT_EQ(preprocess_error(R"({"resize": 256, "crop": 224})"),
            "here.resize: expected an object, found number");
  EXPECT_EQ(preprocess_error(R"({"resize": {"size": 256}, "crop": 224})"),
            "here.resize: unknown key 'size' (nearest: side)");
  EXPECT_EQ(preprocess_error(R"({"resize": {"side": "shorter"}, "crop": 224})"),
            "here.resize: 'to' is missing; it is the size in pixels");
  EXPECT_EQ(preprocess_error(R"({"resize": {"to": 256, "side": "long"}, "crop": 224})"),
            "here.resize.side: expected none, shorter, longer, both, found \"long\"");
  EXPECT_EQ(preprocess_error(R"({"resize": {"to": [1, 2], "side": "longer"}, "crop": 224})"),
            "here.resize.to: the longer side has one size, found two");
  EXPECT_EQ(preprocess_error(R"({"crop": 1, "crop_rounding": "up"})"),
            "here.crop_rounding: expected half_even, down, found \"up\"");
  EXPECT_EQ(preprocess_error(R"({"crop": 1, "fill": 0})"),
            "here.fill: expected three numbers, one per channel");
  for (const char* level : {"-1", "256", "0.5", "1e300"})
    EXPECT_TRUE(preprocess_error(std::string(R"({"crop": 1, "fill": [0, 0, )") + level + "]}")
                    .starts_with("here.fill: expected three whole numbers of 0 to 255, found [0,0,"))
        << level;
  EXPECT_EQ(preprocess_error(R"({"resize": {"to": [256, 257]}, "crop": 224})"),
            "here.resize.to: the shorter side has one size, found two");
  EXPECT_EQ(preprocess_error(R"({"resize": {"to": 256, "filter": "nearest"}, "crop": 224})"),
            "here.resize.filter: expected bilinear, bicubic, area, found \"nearest\"");
  EXPECT_EQ(preprocess_error(R"({"resize": {"to": 256, "pillow": 11}, "crop": 224})"),
            "here.resize.pillow: expected 12 (and all before) or 13, found 11");
  EXPECT_EQ(preprocess_error(R"({"resize": {"to": 256, "pillow": 13, "filter": "area"}, "crop": 224})"),
            "here.resize.pillow: 13 goes with Pillow's filters only: bilinear and bicubic, antialiased");
  EXPECT_EQ(preprocess_error(R"({"resize": {"to": 256, "antialias": 1}, "crop": 224})"),
            "here.resize.antialias: expected true or false, found 1");
  EXPECT_EQ(
      preprocess_error(R"({"resize": {"to": 256, "filter": "bicubic", "antialias": false}, "crop": 224})"),
      "here.resize.antialias: false (as OpenCV resizes) goes with the filter bilinear only");
  for (const std::string mean : {"\"\"", "[1, 2, 3]"})
    EXPECT_EQ(preprocess_error(R"({"crop": 1, "mean_image": )" + mean + "}"),
              "here.mean_image: expected a file name, found " + mean.substr(0, 1) +
                  (mean == "\"\"" ? "\"" : "1,2,3]"));
  EXPECT_EQ(preprocess_error(R"({"crop": [1, 2, 3]})"),
            "here.crop: expected [height, width], found 3 values");
  for (const char* size : {"0", "-5", "16385", "224.0", "\"224\"", "18446744073709551615", "null"})
    EXPECT_EQ(preprocess_error(std::string(R"({"crop": )") + size + "}"),
              std::string("here.crop: expected 1 to 16384 pixels, found ") + size);
  EXPECT_EQ(preprocess_error(R"({"crop": 1, "channels": "grey"})"),
            "here.channels: expected rgb, bgr, found \"grey\"");
  EXPECT_EQ(preprocess_error(R"({"crop": 1, "scale": "1"})"), "here.scale: expected a number, found \"1\"");
  EXPECT_EQ(preprocess_error(R"({"crop": 1, "mean": [1, 2]})"),
            "here.mean: expected three numbers, one per channel");
  EXPECT_EQ(preprocess_error(R"({"crop": 1, "mean": [1, 2, null]})"),
            "here.mean: expected a number, found null");
  EXPECT_EQ(preprocess_error(R"({"crop": 1, "std": [1, 0, 1]})"), "here.std: expected more than 0, found 0");
  EXPECT_EQ(preprocess_error(R"({"crop": 1, "std": [1, -2, 1]})"),
            "here.std: expected more than 0, found -2");
}

// Quoted values are cut short, and stay on one line.
TEST(PreprocessJson, LongValuesDoNotFillTheScreen) {
  const auto message = preprocess_error(Json{{"crop", std::string(100'000, '\n')}}.dump());
  EXPECT_LT(message.size(), 200u) << message;
}

}  // namespace
}  // namespace fxe::test
