// SPDX-License-Identifier: Apache-2.0
#include "networks/entries.h"

namespace fxe {

namespace {

NetworkEntry imagenet(std::string_view name, std::function<Graph(const NetworkOptions&)> build,
                      std::string_view preprocess = "torchvision-224") {
  return {name, std::move(build), {}, preprocess};
}

NetworkEntry resnet_row(std::string_view name, int depth, ResnetForm form = {}) {
  return imagenet(name, [=](const NetworkOptions& o) { return resnet(depth, o, form); });
}

NetworkEntry smoothed_resnet_row(std::string_view name, int depth, Smoothing smoothing) {
  NetworkEntry entry = resnet_row(name, depth, {.smoothing = smoothing});
  const bool average = smoothing == Smoothing::average;
  entry.preprocess = average ? "timm-224-0.95-bicubic" : "timm-224-0.875-bicubic";
  entry.forms = {
      {"", average ? "timm's, anti-aliased by average pooling" : "timm's, anti-aliased by blurring"}};
  return entry;
}

// timm's networks for TensorFlow's weights.
NetworkEntry tf_row(NetworkEntry entry) {
  entry.forms = {{"", "timm's, with TensorFlow's padding and epsilon"}};
  return entry;
}

NetworkEntry cifar(std::string_view name, std::function<Graph(const NetworkOptions&)> build) {
  return {name, std::move(build), {.classes = 10, .input = {32, 32}}, "cifar-32"};
}

NetworkEntry cifar_resnet_row(std::string_view name, int depth) {
  return cifar(name, [depth](const NetworkOptions& o) { return cifar_resnet(depth, o); });
}

NetworkEntry vgg_row(std::string_view name, int depth, bool batch_norm, Source source = Source::torchvision) {
  return imagenet(name, [=](const NetworkOptions& o) { return vgg(depth, batch_norm, source, o); });
}

NetworkEntry densenet_row(std::string_view name, int depth, bool dotted = false) {
  return imagenet(name, [=](const NetworkOptions& o) { return densenet(depth, dotted, o); });
}

// Without options, images are as torchvision's transform_input leaves them: ImageNet's resizing, values from
// -1 to 1.
NetworkEntry googlenet_row() {
  NetworkEntry entry = imagenet("googlenet", googlenet, "timm-224-0.875-bilinear-inception");
  entry.forms = {{"transform_input=true", "as torchvision's pretrained weights have it"},
                 {"transform_input=false", "as torchvision makes it without weights"}};
  entry.options = {"transform_input"};
  return entry;
}

// One set of tensor names is published with three activations, and a wrong one costs nearly all of
// the accuracy.
NetworkEntry mobilenet_v1_row() {
  NetworkEntry entry = imagenet("mobilenet_v1", mobilenet_v1);
  entry.forms = {{"", "with ReLU"},
                 {"activation=relu6", "with ReLU6"},
                 {"activation=leaky_relu,slope=0.1", "with leaky ReLU, of this or another slope"}};
  entry.options = {"width", "activation", "slope"};
  return entry;
}

NetworkEntry mobilenet_v2_row(std::string_view name, Source source, std::string_view preprocess) {
  NetworkEntry entry = imagenet(
      name, [=](const NetworkOptions& o) { return mobilenet_v2(source, o); }, preprocess);
  entry.options = {"width"};
  return entry;
}

NetworkEntry mobilenet_v3_row(std::string_view name, bool large, Source source, std::string_view preprocess) {
  return imagenet(
      name, [=](const NetworkOptions& o) { return mobilenet_v3(large, source, o); }, preprocess);
}

NetworkEntry shufflenet_row(std::string_view name, int tenths) {
  return imagenet(name, [=](const NetworkOptions& o) { return shufflenet_v2(tenths, o); });
}

NetworkEntry efficientnet_row(std::string_view name, int size, int64_t input, Source source,
                              std::string_view preprocess) {
  return {name,
          [=](const NetworkOptions& o) { return efficientnet(size, source, o); },
          {.input = {input, input}},
          preprocess};
}

NetworkEntry efficientnet_blur_row() {
  NetworkEntry entry = imagenet(
      "efficientnet_blur_b0",
      [](const NetworkOptions& o) { return efficientnet(0, Source::timm, o, Smoothing::blur_zeros); },
      "timm-224-0.875-bicubic");
  entry.forms = {{"", "timm's, anti-aliased by blurring"}};
  return entry;
}

NetworkEntry convnext_row(std::string_view name, std::string_view size, Source source,
                          std::string_view preprocess) {
  return imagenet(
      name, [=](const NetworkOptions& o) { return convnext(size, source, o); }, preprocess);
}

}  // namespace

const std::vector<NetworkEntry>& network_entries() {
  constexpr std::string_view kUsual = "torchvision-224", kTimm = "timm-224-0.875-bicubic",
                             kInception = "timm-224-0.875-bilinear-inception";
  static const std::vector<NetworkEntry> kEntries = {
      imagenet("alexnet", alexnet),
      resnet_row("resnet18", 18),
      resnet_row("resnet34", 34),
      resnet_row("resnet50", 50),
      resnet_row("resnet101", 101),
      resnet_row("resnet152", 152),
      resnet_row("resnext50_32x4d", 50, {.groups = 32, .width_per_group = 4}),
      resnet_row("resnext101_32x8d", 101, {.groups = 32, .width_per_group = 8}),
      resnet_row("resnext101_64x4d", 101, {.groups = 64, .width_per_group = 4}),
      resnet_row("wide_resnet50_2", 50, {.width_per_group = 128}),
      resnet_row("wide_resnet101_2", 101, {.width_per_group = 128}),
      smoothed_resnet_row("resnetaa50", 50, Smoothing::average),
      smoothed_resnet_row("resnetblur18", 18, Smoothing::blur),
      smoothed_resnet_row("resnetblur50", 50, Smoothing::blur),
      cifar("cifar_alexnet", cifar_alexnet),
      cifar_resnet_row("cifar_resnet8", 8),
      cifar_resnet_row("cifar_resnet14", 14),
      cifar_resnet_row("cifar_resnet20", 20),
      cifar_resnet_row("cifar_resnet32", 32),
      cifar_resnet_row("cifar_resnet44", 44),
      cifar_resnet_row("cifar_resnet56", 56),
      cifar_resnet_row("cifar_resnet110", 110),
      vgg_row("vgg11", 11, false),
      vgg_row("vgg13", 13, false),
      vgg_row("vgg16", 16, false),
      vgg_row("vgg19", 19, false),
      vgg_row("vgg11_bn", 11, true),
      vgg_row("vgg13_bn", 13, true),
      vgg_row("vgg16_bn", 16, true),
      vgg_row("vgg19_bn", 19, true),
      vgg_row("timm_vgg11", 11, false, Source::timm),
      vgg_row("timm_vgg13", 13, false, Source::timm),
      vgg_row("timm_vgg16", 16, false, Source::timm),
      vgg_row("timm_vgg19", 19, false, Source::timm),
      vgg_row("timm_vgg11_bn", 11, true, Source::timm),
      vgg_row("timm_vgg13_bn", 13, true, Source::timm),
      vgg_row("timm_vgg16_bn", 16, true, Source::timm),
      vgg_row("timm_vgg19_bn", 19, true, Source::timm),
      imagenet("squeezenet1_0", squeezenet1_0),
      imagenet("squeezenet1_1", squeezenet1_1),
      densenet_row("densenet121", 121),
      densenet_row("densenet161", 161),
      densenet_row("densenet169", 169),
      densenet_row("densenet201", 201),
      densenet_row("densenet121_dotted", 121, true),
      densenet_row("densenet161_dotted", 161, true),
      densenet_row("densenet169_dotted", 169, true),
      densenet_row("densenet201_dotted", 201, true),
      googlenet_row(),
      mobilenet_v1_row(),
      mobilenet_v2_row("mobilenet_v2", Source::torchvision, kUsual),
      mobilenet_v2_row("mobilenetv2_100", Source::timm, kTimm),
      mobilenet_v3_row("mobilenet_v3_large", true, Source::torchvision, kUsual),
      mobilenet_v3_row("mobilenet_v3_small", false, Source::torchvision, kUsual),
      mobilenet_v3_row("mobilenetv3_large_100", true, Source::timm, kTimm),
      mobilenet_v3_row("mobilenetv3_small_100", false, Source::timm, kTimm),
      tf_row(mobilenet_v3_row("tf_mobilenetv3_large_100", true, Source::tf, kInception)),
      tf_row(mobilenet_v3_row("tf_mobilenetv3_small_100", false, Source::tf, kInception)),
      shufflenet_row("shufflenet_v2_x0_5", 5),
      shufflenet_row("shufflenet_v2_x1_0", 10),
      shufflenet_row("shufflenet_v2_x1_5", 15),
      shufflenet_row("shufflenet_v2_x2_0", 20),
      efficientnet_row("efficientnet_b0", 0, 224, Source::torchvision, "torchvision-256-224-bicubic"),
      efficientnet_row("efficientnet_b1", 1, 240, Source::torchvision, "torchvision-256-240-bicubic"),
      efficientnet_row("efficientnet_b2", 2, 288, Source::torchvision, "torchvision-288-288-bicubic"),
      efficientnet_row("efficientnet_b3", 3, 300, Source::torchvision, "torchvision-320-300-bicubic"),
      efficientnet_row("efficientnet_b4", 4, 380, Source::torchvision, "torchvision-384-380-bicubic"),
      efficientnet_row("efficientnet_b5", 5, 456, Source::torchvision, "torchvision-456-456-bicubic"),
      efficientnet_row("efficientnet_b6", 6, 528, Source::torchvision, "torchvision-528-528-bicubic"),
      efficientnet_row("efficientnet_b7", 7, 600, Source::torchvision, "torchvision-600-600-bicubic"),
      efficientnet_row("timm_efficientnet_b0", 0, 224, Source::timm, kTimm),
      efficientnet_row("timm_efficientnet_b1", 1, 256, Source::timm, "timm-256-1.0-bicubic"),
      efficientnet_row("timm_efficientnet_b2", 2, 288, Source::timm, "timm-288-1.0-bicubic"),
      efficientnet_row("timm_efficientnet_b3", 3, 320, Source::timm, "timm-320-1.0-bicubic"),
      efficientnet_row("timm_efficientnet_b4", 4, 384, Source::timm, "timm-384-1.0-bicubic"),
      efficientnet_row("timm_efficientnet_b5", 5, 448, Source::timm, "timm-448-1.0-bicubic-squash"),
      efficientnet_row("timm_efficientnet_b6", 6, 528, Source::timm, "timm-528-0.942-bicubic"),
      efficientnet_row("timm_efficientnet_b7", 7, 600, Source::timm, "timm-600-0.949-bicubic"),
      efficientnet_blur_row(),
      tf_row(efficientnet_row("tf_efficientnet_b0", 0, 224, Source::tf, kTimm)),
      tf_row(efficientnet_row("tf_efficientnet_b1", 1, 240, Source::tf, "timm-240-0.882-bicubic")),
      tf_row(efficientnet_row("tf_efficientnet_b2", 2, 260, Source::tf, "timm-260-0.89-bicubic")),
      tf_row(efficientnet_row("tf_efficientnet_b3", 3, 300, Source::tf, "timm-300-0.904-bicubic")),
      tf_row(efficientnet_row("tf_efficientnet_b4", 4, 380, Source::tf, "timm-380-0.922-bicubic")),
      tf_row(efficientnet_row("tf_efficientnet_b5", 5, 456, Source::tf, "timm-456-0.934-bicubic")),
      tf_row(efficientnet_row("tf_efficientnet_b6", 6, 528, Source::tf, "timm-528-0.942-bicubic")),
      tf_row(efficientnet_row("tf_efficientnet_b7", 7, 600, Source::tf, "timm-600-0.949-bicubic")),
      convnext_row("convnext_tiny", "tiny", Source::torchvision, "torchvision-236-224"),
      convnext_row("convnext_small", "small", Source::torchvision, "torchvision-230-224"),
      convnext_row("convnext_base", "base", Source::torchvision, "torchvision-232-224"),
      convnext_row("convnext_large", "large", Source::torchvision, "torchvision-232-224"),
      convnext_row("timm_convnext_tiny", "tiny", Source::timm, kTimm),
      convnext_row("timm_convnext_small", "small", Source::timm, kTimm),
      convnext_row("timm_convnext_base", "base", Source::timm, kTimm),
      convnext_row("timm_convnext_large", "large", Source::timm, kTimm)};
  return kEntries;
}

}  // namespace fxe
