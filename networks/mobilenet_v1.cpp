// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

namespace {

struct Separable {
  int64_t k, stride;
};

// Output channels at width 1 and strides, from the paper's table 1, in the three stages that detectors tap.
const std::vector<std::vector<Separable>> kStages = {
    {{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}},
    {{512, 2}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1}},
    {{1024, 2}, {1024, 1}}};

}  // namespace

Graph mobilenet_v1(const NetworkOptions& options) {
  const auto scaled = [&](int64_t k) {
    return static_cast<int64_t>(std::llround(static_cast<double>(k) * options.width));
  };
  if (!(options.width > 0) || options.width > 16 || scaled(32) < 1)
    throw bad_input("mobilenet_v1: width must be more than 1/64 and at most 16, found {}", options.width);
  const Activation act = options.activation ? options.activation : Activation::relu();

  GraphBuilder g;
  const auto conv_bn_act = [&](const std::string& layer, int index, ValueId x, Conv2d op) {
    x = g.conv(fmt::format("{}.{}", layer, index), x, op);
    x = g.batch_norm(fmt::format("{}.{}", layer, index + 1), x);
    return g.activate(fmt::format("{}.{}", layer, index + 2), x, act);
  };

  auto x = g.input(3, options.input.h, options.input.w);
  x = conv_bn_act("stage1.0", 0, x, {.k = scaled(32), .filter = {3, 3}, .stride = {2, 2}, .pad = same(1)});
  for (size_t stage = 0; stage < kStages.size(); ++stage)
    for (size_t i = 0; i < kStages[stage].size(); ++i) {
      const auto& s = kStages[stage][i];
      const auto layer = fmt::format("stage{}.{}", stage + 1, stage == 0 ? i + 1 : i);
      const int64_t c = g.shape(x)[1];
      x = conv_bn_act(
          layer, 0, x,
          {.k = c, .filter = {3, 3}, .stride = {s.stride, s.stride}, .pad = same(1), .groups = c});
      x = conv_bn_act(layer, 3, x, {.k = scaled(s.k)});
    }
  x = g.flatten("flatten", g.global_average_pool("avg", x));
  return g.finish(g.linear("fc", x, options.classes));
}

}  // namespace fxe
