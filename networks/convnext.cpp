// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <map>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

namespace {

constexpr auto kBias = GraphBuilder::Bias::yes;
constexpr double kEpsilon = 1e-6;

struct Size {
  std::array<int, 4> blocks;
  std::array<int64_t, 4> channels;
};

const std::map<std::string_view, Size> kSizes = {{"tiny", {{3, 3, 9, 3}, {96, 192, 384, 768}}},
                                                 {"small", {{3, 3, 27, 3}, {96, 192, 384, 768}}},
                                                 {"base", {{3, 3, 27, 3}, {128, 256, 512, 1024}}},
                                                 {"large", {{3, 3, 27, 3}, {192, 384, 768, 1536}}}};

struct Names {
  std::string depthwise, norm, widen, narrow, scale;
};

// The two 1x1 convolutions are fully connected layers over channels in the source frameworks.
ValueId block(GraphBuilder& g, const std::string& name, const Names& names, ValueId x) {
  const int64_t c = g.shape(x)[1];
  auto y = g.conv(names.depthwise, x, {.k = c, .filter = {7, 7}, .pad = same(3), .groups = c}, kBias);
  y = g.layer_norm(names.norm, y, kEpsilon);
  y = g.activate(name + ".gelu", g.conv(names.widen, y, {.k = 4 * c}, kBias), Activation::gelu());
  y = g.layer_scale(names.scale, g.conv(names.narrow, y, {.k = c}, kBias));
  return g.add(name + ".add", y, x);
}

Names torchvision_names(const std::string& name) {
  return {name + ".block.0", name + ".block.2", name + ".block.3", name + ".block.5", name + ".layer_scale"};
}

Names timm_names(const std::string& name) {
  return {name + ".conv_dw", name + ".norm", name + ".mlp.fc1", name + ".mlp.fc2", name + ".gamma"};
}

}  // namespace

Graph convnext(std::string_view size_name, Source source, const NetworkOptions& options) {
  const auto found = kSizes.find(size_name);
  if (found == kSizes.end())
    throw bad_input("convnext: expected tiny, small, base or large, found '{}'", size_name);
  const Size& size = found->second;
  const bool timm = source == Source::timm;

  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = g.conv(timm ? "stem.0" : "features.0.0", x, {.k = size.channels[0], .filter = {4, 4}, .stride = {4, 4}},
             kBias);
  x = g.layer_norm(timm ? "stem.1" : "features.0.1", x, kEpsilon);
  for (size_t stage = 0; stage < 4; ++stage) {
    if (stage > 0) {
      const auto name =
          timm ? fmt::format("stages.{}.downsample", stage) : fmt::format("features.{}", 2 * stage);
      x = g.layer_norm(name + ".0", x, kEpsilon);
      x = g.conv(name + ".1", x, {.k = size.channels[stage], .filter = {2, 2}, .stride = {2, 2}}, kBias);
    }
    for (int i = 0; i < size.blocks[stage]; ++i) {
      const auto name = timm ? fmt::format("stages.{}.blocks.{}", stage, i)
                             : fmt::format("features.{}.{}", 2 * stage + 1, i);
      x = block(g, name, timm ? timm_names(name) : torchvision_names(name), x);
    }
  }
  x = g.layer_norm(timm ? "head.norm" : "classifier.0", g.global_average_pool("avgpool", x), kEpsilon);
  return g.finish(g.linear(timm ? "head.fc" : "classifier.2", g.flatten("flatten", x), options.classes));
}

}  // namespace fxe
