// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

namespace {

constexpr auto kBias = GraphBuilder::Bias::yes;

ValueId pool(GraphBuilder& g, int index, ValueId x) {
  return g.node(fmt::format("features.{}", index),
                Pool2d{.filter = {3, 3}, .stride = {2, 2}, .ceil_mode = true}, {x});
}

ValueId stem(GraphBuilder& g, const NetworkOptions& options, int64_t k, int64_t size) {
  auto x = g.input(3, options.input.h, options.input.w);
  x = g.conv("features.0", x, {.k = k, .filter = {size, size}, .stride = {2, 2}}, kBias);
  return pool(g, 2, g.relu("features.1", x));
}

// Both expansions have `expand` channels.
ValueId fire(GraphBuilder& g, int index, ValueId x, int64_t squeeze, int64_t expand) {
  const auto layer = [&](const char* name, ValueId v, int64_t k, int64_t size) {
    const auto full = fmt::format("features.{}.{}", index, name);
    v = g.conv(full, v, {.k = k, .filter = {size, size}, .pad = same(size / 2)}, kBias);
    return g.relu(full + "_activation", v);
  };
  const auto narrow = layer("squeeze", x, squeeze, 1);
  return g.node(fmt::format("features.{}", index), Concat{},
                {layer("expand1x1", narrow, expand, 1), layer("expand3x3", narrow, expand, 3)});
}

Graph classify(GraphBuilder& g, ValueId x, const NetworkOptions& options) {
  x = g.conv("classifier.1", x, {.k = options.classes}, kBias);
  x = g.relu("classifier.2", x);
  return g.finish(g.flatten("flatten", g.global_average_pool("classifier.3", x)));
}

}  // namespace

Graph squeezenet1_0(const NetworkOptions& options) {
  GraphBuilder g;
  auto x = stem(g, options, 96, 7);
  x = fire(g, 3, x, 16, 64);
  x = fire(g, 4, x, 16, 64);
  x = fire(g, 5, x, 32, 128);
  x = pool(g, 6, x);
  x = fire(g, 7, x, 32, 128);
  x = fire(g, 8, x, 48, 192);
  x = fire(g, 9, x, 48, 192);
  x = fire(g, 10, x, 64, 256);
  x = pool(g, 11, x);
  return classify(g, fire(g, 12, x, 64, 256), options);
}

Graph squeezenet1_1(const NetworkOptions& options) {
  GraphBuilder g;
  auto x = stem(g, options, 64, 3);
  x = fire(g, 3, x, 16, 64);
  x = fire(g, 4, x, 16, 64);
  x = pool(g, 5, x);
  x = fire(g, 6, x, 32, 128);
  x = fire(g, 7, x, 32, 128);
  x = pool(g, 8, x);
  x = fire(g, 9, x, 48, 192);
  x = fire(g, 10, x, 48, 192);
  x = fire(g, 11, x, 64, 256);
  return classify(g, fire(g, 12, x, 64, 256), options);
}

}  // namespace fxe
