// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/channels.h"
#include "networks/networks.h"

namespace fxe {

namespace {

// The paper's table 2.
struct Stage {
  int64_t expand, k, blocks, stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

ValueId conv_bn(GraphBuilder& g, const std::string& conv, const std::string& norm, ValueId x, Conv2d op) {
  return g.batch_norm(norm, g.conv(conv, x, std::move(op)));
}

ValueId relu6(GraphBuilder& g, const std::string& name, ValueId x) {
  return g.activate(name, x, Activation::relu6());
}

// `expand`, depthwise and `project` are the names of the three convolutions with their BatchNorms' names.
struct Names {
  std::string expand, expand_norm, depthwise, depthwise_norm, project, project_norm;
};

// Without expansion there is no first convolution.
ValueId inverted_residual(GraphBuilder& g, const std::string& name, const Names& names, ValueId x,
                          const Stage& stage, int64_t k, int64_t stride) {
  const int64_t c = g.shape(x)[1], wide = c * stage.expand;
  auto y = x;
  if (stage.expand != 1)
    y = relu6(g, names.expand + ".relu6", conv_bn(g, names.expand, names.expand_norm, y, {.k = wide}));
  y = conv_bn(g, names.depthwise, names.depthwise_norm, y,
              {.k = wide, .filter = {3, 3}, .stride = {stride, stride}, .pad = same(1), .groups = wide});
  y = relu6(g, names.depthwise + ".relu6", y);
  y = conv_bn(g, names.project, names.project_norm, y, {.k = k});
  return stride == 1 && c == k ? g.add(name + ".add", x, y) : y;
}

Names torchvision_names(const std::string& name, bool expands) {
  const auto at = [&](const char* part) { return name + ".conv." + part; };
  if (!expands) return {"", "", at("0.0"), at("0.1"), at("1"), at("2")};
  return {at("0.0"), at("0.1"), at("1.0"), at("1.1"), at("2"), at("3")};
}

Names timm_names(const std::string& name, bool expands) {
  const auto at = [&](const char* part) { return name + "." + part; };
  if (!expands) return {"", "", at("conv_dw"), at("bn1"), at("conv_pw"), at("bn2")};
  return {at("conv_pw"), at("bn1"), at("conv_dw"), at("bn2"), at("conv_pwl"), at("bn3")};
}

Graph build(Source source, const NetworkOptions& options) {
  if (!(options.width >= 0.1) || options.width > 16)
    throw bad_input("mobilenet_v2: width must be from 0.1 to 16, found {}", options.width);
  const bool timm = source == Source::timm;
  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = conv_bn(g, timm ? "conv_stem" : "features.0.0", timm ? "bn1" : "features.0.1", x,
              {.k = round_channels(32 * options.width), .filter = {3, 3}, .stride = {2, 2}, .pad = same(1)});
  x = relu6(g, "stem.relu6", x);
  int block = 1;
  for (size_t s = 0; s < std::size(kStages); ++s)
    for (int i = 0; i < kStages[s].blocks; ++i, ++block) {
      const Stage& stage = kStages[s];
      const auto name = timm ? fmt::format("blocks.{}.{}", s, i) : fmt::format("features.{}", block);
      const auto names =
          timm ? timm_names(name, stage.expand != 1) : torchvision_names(name, stage.expand != 1);
      x = inverted_residual(g, name, names, x, stage,
                            round_channels(static_cast<double>(stage.k) * options.width),
                            i == 0 ? stage.stride : 1);
    }
  x = conv_bn(g, timm ? "conv_head" : "features.18.0", timm ? "bn2" : "features.18.1", x,
              {.k = round_channels(1280 * std::max(1.0, options.width))});
  x = relu6(g, "head.relu6", x);
  x = g.flatten("flatten", g.global_average_pool("avgpool", x));
  return g.finish(g.linear(timm ? "classifier" : "classifier.1", x, options.classes));
}

}  // namespace

Graph mobilenet_v2(const NetworkOptions& options) { return build(Source::torchvision, options); }
Graph timm_mobilenet_v2(const NetworkOptions& options) { return build(Source::timm, options); }

}  // namespace fxe
