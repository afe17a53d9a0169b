// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <map>
#include <string_view>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

namespace {

constexpr std::array<int, 3> kRepeats{4, 8, 4};

// Channels of the three stages and of the last convolution: the paper's table 5.
const std::map<int, std::array<int64_t, 4>> kChannels = {{5, {48, 96, 192, 1024}},
                                                         {10, {116, 232, 464, 1024}},
                                                         {15, {176, 352, 704, 1024}},
                                                         {20, {244, 488, 976, 2048}}};

ValueId conv_bn(GraphBuilder& g, const std::string& layer, int index, ValueId x, Conv2d op) {
  x = g.conv(fmt::format("{}.{}", layer, index), x, std::move(op));
  return g.batch_norm(fmt::format("{}.{}", layer, index + 1), x);
}

ValueId conv_bn_relu(GraphBuilder& g, const std::string& layer, int index, ValueId x, Conv2d op) {
  x = conv_bn(g, layer, index, x, std::move(op));
  return g.relu(fmt::format("{}.{}", layer, index + 2), x);
}

Conv2d depthwise(int64_t channels, int64_t stride) {
  return {.k = channels, .filter = {3, 3}, .stride = {stride, stride}, .pad = same(1), .groups = channels};
}

// Half of the channels pass through unchanged; at stride 2 all of them go through both branches.
ValueId unit(GraphBuilder& g, const std::string& name, ValueId x, int64_t k, int64_t stride) {
  const int64_t half = k / 2;
  ValueId left, right = x;
  if (stride == 1) {
    left = g.channel_slice(name + ".left", x, 0, half);
    right = g.channel_slice(name + ".right", x, half, half);
  } else {
    const auto branch = name + ".branch1";
    left = conv_bn(g, branch, 0, x, depthwise(g.shape(x)[1], stride));
    left = conv_bn_relu(g, branch, 2, left, {.k = half});
  }
  const auto branch = name + ".branch2";
  right = conv_bn_relu(g, branch, 0, right, {.k = half});
  right = conv_bn(g, branch, 3, right, depthwise(half, stride));
  right = conv_bn_relu(g, branch, 5, right, {.k = half});
  return g.channel_shuffle(name, g.concat(name + ".concat", {left, right}), 2);
}

}  // namespace

Graph shufflenet_v2(int tenths, const NetworkOptions& options) {
  const auto channels = kChannels.find(tenths);
  if (channels == kChannels.end())
    throw bad_input("shufflenet_v2: width must be 5, 10, 15 or 20 tenths, found {}", tenths);
  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = conv_bn_relu(g, "conv1", 0, x, {.k = 24, .filter = {3, 3}, .stride = {2, 2}, .pad = same(1)});
  x = g.max_pool("maxpool", x, 3, 2, 1);
  for (size_t stage = 0; stage < kRepeats.size(); ++stage)
    for (int i = 0; i < kRepeats[stage]; ++i)
      x = unit(g, fmt::format("stage{}.{}", stage + 2, i), x, channels->second[stage], i == 0 ? 2 : 1);
  x = conv_bn_relu(g, "conv5", 0, x, {.k = channels->second[3]});
  x = g.flatten("flatten", g.global_average_pool("mean", x));
  return g.finish(g.linear("fc", x, options.classes));
}

}  // namespace fxe
