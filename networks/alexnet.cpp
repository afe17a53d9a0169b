// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

Graph alexnet(const NetworkOptions& options) {
  GraphBuilder g;
  const auto conv = [&](int index, ValueId x, int64_t k, int64_t size, int64_t stride, int64_t pad) {
    const auto y = g.conv(fmt::format("features.{}", index), x,
                          {.k = k, .filter = {size, size}, .stride = {stride, stride}, .pad = same(pad)},
                          GraphBuilder::Bias::yes);
    return g.relu(fmt::format("features.{}", index + 1), y);
  };

  auto x = g.input(3, options.input.h, options.input.w);
  x = conv(0, x, 64, 11, 4, 2);
  x = g.max_pool("features.2", x, 3, 2);
  x = conv(3, x, 192, 5, 1, 2);
  x = g.max_pool("features.5", x, 3, 2);
  x = conv(6, x, 384, 3, 1, 1);
  x = conv(8, x, 256, 3, 1, 1);
  x = conv(10, x, 256, 3, 1, 1);
  x = g.max_pool("features.12", x, 3, 2);
  // torchvision pools adaptively to 6 x 6 here, the identity for a 6 x 6 input.
  if (g.shape(x)[2] != 6 || g.shape(x)[3] != 6)
    throw bad_input(
        "alexnet: an input of {}x{} leaves {}x{} before the classifier, which needs 6x6; use input=224",
        options.input.h, options.input.w, g.shape(x)[2], g.shape(x)[3]);
  x = g.flatten("flatten", x);
  x = g.linear("classifier.1", x, 4096, Activation::relu());
  x = g.linear("classifier.4", x, 4096, Activation::relu());
  return g.finish(g.linear("classifier.6", x, options.classes));
}

}  // namespace fxe
