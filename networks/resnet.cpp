// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <map>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"
#include "networks/smoothing.h"

namespace fxe {

namespace {

struct Depth {
  bool bottleneck;
  std::array<int, 4> blocks;
};

const std::map<int, Depth> kDepths = {{18, {false, {2, 2, 2, 2}}},
                                      {34, {false, {3, 4, 6, 3}}},
                                      {50, {true, {3, 4, 6, 3}}},
                                      {101, {true, {3, 4, 23, 3}}},
                                      {152, {true, {3, 8, 36, 3}}}};

ValueId conv_bn(GraphBuilder& g, const std::string& conv, const std::string& bn, ValueId x, int64_t k,
                int64_t size, int64_t stride = 1, int64_t groups = 1) {
  x = g.conv(
      conv, x,
      {.k = k, .filter = {size, size}, .stride = {stride, stride}, .pad = same(size / 2), .groups = groups});
  return g.batch_norm(bn, x);
}

ValueId block(GraphBuilder& g, const std::string& name, ValueId x, bool bottleneck, int64_t planes,
              const ResnetForm& form, int64_t stride) {
  const int64_t k = bottleneck ? 4 * planes : planes,
                width = planes * form.width_per_group / 64 * form.groups;
  const bool smoothed = stride == 2 && form.smoothing != Smoothing::none;
  ValueId shortcut = x;
  if (stride != 1 || g.shape(x)[1] != k)
    shortcut = conv_bn(g, name + ".downsample.0", name + ".downsample.1", x, k, 1, stride);
  const auto layer = [&](int i, ValueId v, int64_t channels, int64_t size, int64_t s, int64_t split = 1) {
    return conv_bn(g, fmt::format("{}.conv{}", name, i), fmt::format("{}.bn{}", name, i), v, channels, size,
                   s, split);
  };
  const auto strided = [&](int i, ValueId v, int64_t channels, int64_t split) {
    v = layer(i, v, channels, 3, smoothed ? 1 : stride, split);
    v = g.relu(fmt::format("{}.relu{}", name, i), v);
    return smoothed ? smooth(g, name + ".aa", v, form.smoothing) : v;
  };
  ValueId y;
  if (bottleneck) {
    y = g.relu(name + ".relu1", layer(1, x, width, 1, 1));
    y = layer(3, strided(2, y, width, form.groups), k, 1, 1);
  } else {
    y = layer(2, strided(1, x, k, 1), k, 3, 1);
  }
  return g.add(name + ".add", y, shortcut, Activation::relu());
}

}  // namespace

Graph resnet(int depth, const NetworkOptions& options, const ResnetForm& form) {
  const auto found = kDepths.find(depth);
  if (found == kDepths.end())
    throw bad_input("resnet: depth must be 18, 34, 50, 101 or 152, found {}", depth);
  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = g.relu("relu", conv_bn(g, "conv1", "bn1", x, 64, 7, 2));
  if (form.smoothing == Smoothing::none) x = g.max_pool("maxpool", x, 3, 2, 1);
  if (form.smoothing == Smoothing::blur) x = g.max_pool("maxpool.0", x, 3, 1, 1);
  if (form.smoothing != Smoothing::none) x = smooth(g, "maxpool.aa", x, form.smoothing);
  for (int stage = 0; stage < 4; ++stage)
    for (int i = 0; i < found->second.blocks[static_cast<size_t>(stage)]; ++i)
      x = block(g, fmt::format("layer{}.{}", stage + 1, i), x, found->second.bottleneck, int64_t{64} << stage,
                form, i == 0 && stage > 0 ? 2 : 1);
  x = g.flatten("flatten", g.global_average_pool("avgpool", x));
  return g.finish(g.linear("fc", x, options.classes));
}

}  // namespace fxe
