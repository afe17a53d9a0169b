// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

Graph cifar_alexnet(const NetworkOptions& options) {
  GraphBuilder g;
  const auto conv = [&](int index, ValueId x, int64_t k, int64_t size) {
    const auto y = g.conv(fmt::format("features.{}", index), x,
                          {.k = k, .filter = {size, size}, .stride = {1, 1}, .pad = same(size / 2)},
                          GraphBuilder::Bias::yes);
    return g.relu(fmt::format("features.{}", index + 1), y);
  };

  auto x = g.input(3, options.input.h, options.input.w);
  x = conv(0, x, 24, 5);
  x = g.max_pool("features.2", x, 2, 2);
  x = conv(3, x, 48, 3);
  x = g.max_pool("features.5", x, 2, 2);
  x = conv(6, x, 96, 3);
  x = conv(8, x, 64, 3);
  x = conv(10, x, 64, 3);
  x = g.max_pool("features.12", x, 2, 2);
  if (g.shape(x)[2] != 4 || g.shape(x)[3] != 4)
    throw bad_input(
        "cifar_alexnet: an input of {}x{} leaves {}x{} before the classifier, which needs 4x4; use input=32",
        options.input.h, options.input.w, g.shape(x)[2], g.shape(x)[3]);
  x = g.flatten("flatten", x);
  x = g.linear("classifier.0", x, 128, Activation::relu());
  return g.finish(g.linear("classifier.2", x, options.classes));
}

}  // namespace fxe
