// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

namespace {

ValueId conv_bn(GraphBuilder& g, const std::string& conv, const std::string& bn, ValueId x, int64_t k,
                int64_t stride) {
  x = g.conv(conv, x, {.k = k, .filter = {3, 3}, .stride = {stride, stride}, .pad = same(1)});
  return g.batch_norm(bn, x);
}

ValueId block(GraphBuilder& g, const std::string& name, ValueId x, int64_t k, int64_t stride) {
  const int64_t c = g.shape(x)[1];
  ValueId shortcut = x;
  if (stride != 1 || c != k) {
    const int64_t before = (k - c) / 2;
    shortcut =
        g.node(name + ".shortcut",
               ShortcutPad{.stride = {stride, stride}, .before = before, .after = k - c - before}, {x});
  }
  auto y = g.relu(name + ".relu1", conv_bn(g, name + ".conv1", name + ".bn1", x, k, stride));
  y = conv_bn(g, name + ".conv2", name + ".bn2", y, k, 1);
  return g.add(name + ".add", y, shortcut, Activation::relu());
}

}  // namespace

Graph cifar_resnet(int depth, const NetworkOptions& options) {
  if (depth < 8 || (depth - 2) % 6 != 0)
    throw bad_input("cifar_resnet: depth must be 6 n + 2 (20, 32, 44, 56, 110, ...), found {}", depth);
  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = g.relu("relu", conv_bn(g, "conv1", "bn1", x, 16, 1));
  for (int stage = 0; stage < 3; ++stage)
    for (int i = 0; i < (depth - 2) / 6; ++i)
      x = block(g, fmt::format("layer{}.{}", stage + 1, i), x, int64_t{16} << stage,
                i == 0 && stage > 0 ? 2 : 1);
  x = g.flatten("flatten", g.global_average_pool("avgpool", x));
  return g.finish(g.linear("linear", x, options.classes));
}

}  // namespace fxe
