// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <vector>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "networks/networks.h"

namespace fxe {

namespace {

// Convolutions in each of the five stages.
const std::map<int, std::vector<int>> kStages = {
    {11, {1, 1, 2, 2, 2}}, {13, {2, 2, 2, 2, 2}}, {16, {2, 2, 3, 3, 3}}, {19, {2, 2, 4, 4, 4}}};
constexpr int64_t kChannels[] = {64, 128, 256, 512, 512};

ValueId features(GraphBuilder& g, ValueId x, const std::vector<int>& stages, bool batch_norm) {
  int index = 0;
  const auto next = [&] { return fmt::format("features.{}", index++); };
  for (size_t stage = 0; stage < stages.size(); ++stage) {
    for (int i = 0; i < stages[stage]; ++i) {
      x = g.conv(next(), x, {.k = kChannels[stage], .filter = {3, 3}, .pad = same(1)},
                 GraphBuilder::Bias::yes);
      if (batch_norm) x = g.batch_norm(next(), x);
      x = g.relu(next(), x);
    }
    x = g.max_pool(next(), x, 2, 2);
  }
  return x;
}

ValueId fully_connected(GraphBuilder& g, ValueId x, const NetworkOptions& options) {
  // torchvision pools adaptively to 7 x 7 here, the identity for a 7 x 7 input.
  if (g.shape(x)[2] != 7 || g.shape(x)[3] != 7)
    throw bad_input(
        "vgg: an input of {}x{} leaves {}x{} before the classifier, which needs 7x7; use input=224",
        options.input.h, options.input.w, g.shape(x)[2], g.shape(x)[3]);
  x = g.flatten("flatten", x);
  x = g.linear("classifier.0", x, 4096, Activation::relu());
  x = g.linear("classifier.3", x, 4096, Activation::relu());
  return g.linear("classifier.6", x, options.classes);
}

ValueId convolutional(GraphBuilder& g, ValueId x, const NetworkOptions& options) {
  for (const auto& [name, size] : {std::pair("fc1", 7), std::pair("fc2", 1)}) {
    const std::string layer = fmt::format("pre_logits.{}", name);
    x = g.conv(layer, x, {.k = 4096, .filter = {size, size}}, GraphBuilder::Bias::yes);
    x = g.relu(layer + ".relu", x);
  }
  x = g.flatten("flatten", g.global_average_pool("head.global_pool", x));
  return g.linear("head.fc", x, options.classes);
}

}  // namespace

Graph vgg(int depth, bool batch_norm, Source source, const NetworkOptions& options) {
  const auto stages = kStages.find(depth);
  if (stages == kStages.end()) throw bad_input("vgg: depth must be 11, 13, 16 or 19, found {}", depth);
  GraphBuilder g;
  const auto x = features(g, g.input(3, options.input.h, options.input.w), stages->second, batch_norm);
  return g.finish(source == Source::torchvision ? fully_connected(g, x, options)
                                                : convolutional(g, x, options));
}

}  // namespace fxe
