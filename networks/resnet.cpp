// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <map>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

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
              const ResnetGroups& groups, int64_t stride) {
  const int64_t k = bottleneck ? 4 * planes : planes,
                width = planes * groups.width_per_group / 64 * groups.groups;
  ValueId shortcut = x;
  if (stride != 1 || g.shape(x)[1] != k)
    shortcut = conv_bn(g, name + ".downsample.0", name + ".downsample.1", x, k, 1, stride);
  const auto layer = [&](int i, ValueId v, int64_t channels, int64_t size, int64_t s, int64_t split = 1) {
    return conv_bn(g, fmt::format("{}.conv{}", name, i), fmt::format("{}.bn{}", name, i), v, channels, size,
                   s, split);
  };
  ValueId y;
  if (bottleneck) {
    y = g.relu(name + ".relu1", layer(1, x, width, 1, 1));
    y = g.relu(name + ".relu2", layer(2, y, width, 3, stride, groups.groups));
    y = layer(3, y, k, 1, 1);
  } else {
    y = g.relu(name + ".relu1", layer(1, x, k, 3, stride));
    y = layer(2, y, k, 3, 1);
  }
  return g.add(name + ".add", y, shortcut, Activation::relu());
}

}  // namespace

Graph resnet(int depth, const NetworkOptions& options, const ResnetGroups& groups) {
  const auto found = kDepths.find(depth);
  if (found == kDepths.end())
    throw bad_input("resnet: depth must be 18, 34, 50, 101 or 152, found {}", depth);
  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = g.relu("relu", conv_bn(g, "conv1", "bn1", x, 64, 7, 2));
  x = g.max_pool("maxpool", x, 3, 2, 1);
  for (int stage = 0; stage < 4; ++stage)
    for (int i = 0; i < found->second.blocks[static_cast<size_t>(stage)]; ++i)
      x = block(g, fmt::format("layer{}.{}", stage + 1, i), x, found->second.bottleneck, int64_t{64} << stage,
                groups, i == 0 && stage > 0 ? 2 : 1);
  x = g.flatten("flatten", g.global_average_pool("avgpool", x));
  return g.finish(g.linear("fc", x, options.classes));
}

}  // namespace fxe
