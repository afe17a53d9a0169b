// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "engine/error.h"
#include "networks/channels.h"
#include "networks/inverted_residual.h"
#include "networks/networks.h"

namespace fxe {

namespace {

struct Block {
  int64_t kernel, wide, k;
  bool gate, hard_swish;
  int64_t stride;
};

// The paper's tables 1 and 2, in the stages of timm's names.
struct Variant {
  std::vector<std::vector<Block>> stages;
  int64_t last;  // channels into the classifier
};

constexpr bool kNoGate = false, kGate = true, kRelu = false, kSwish = true;

const Variant kLarge = {
    {{{3, 16, 16, kNoGate, kRelu, 1}},
     {{3, 64, 24, kNoGate, kRelu, 2}, {3, 72, 24, kNoGate, kRelu, 1}},
     {{5, 72, 40, kGate, kRelu, 2}, {5, 120, 40, kGate, kRelu, 1}, {5, 120, 40, kGate, kRelu, 1}},
     {{3, 240, 80, kNoGate, kSwish, 2},
      {3, 200, 80, kNoGate, kSwish, 1},
      {3, 184, 80, kNoGate, kSwish, 1},
      {3, 184, 80, kNoGate, kSwish, 1}},
     {{3, 480, 112, kGate, kSwish, 1}, {3, 672, 112, kGate, kSwish, 1}},
     {{5, 672, 160, kGate, kSwish, 2}, {5, 960, 160, kGate, kSwish, 1}, {5, 960, 160, kGate, kSwish, 1}}},
    1280};

const Variant kSmall = {
    {{{3, 16, 16, kGate, kRelu, 2}},
     {{3, 72, 24, kNoGate, kRelu, 2}, {3, 88, 24, kNoGate, kRelu, 1}},
     {{5, 96, 40, kGate, kSwish, 2}, {5, 240, 40, kGate, kSwish, 1}, {5, 240, 40, kGate, kSwish, 1}},
     {{5, 120, 48, kGate, kSwish, 1}, {5, 144, 48, kGate, kSwish, 1}},
     {{5, 288, 96, kGate, kSwish, 2}, {5, 576, 96, kGate, kSwish, 1}, {5, 576, 96, kGate, kSwish, 1}}},
    1024};

}  // namespace

Graph mobilenet_v3(bool large, Source source, const NetworkOptions& options) {
  const Variant& variant = large ? kLarge : kSmall;
  const bool timm = source != Source::torchvision, tf = source == Source::tf;
  const double epsilon = source == Source::timm ? 1e-5 : 1e-3;
  const auto act = Activation::hard_swish();

  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = conv_norm_act(
      g, timm ? "conv_stem" : "features.0.0", timm ? "bn1" : "features.0.1", x,
      {.k = 16, .filter = {3, 3}, .stride = {2, 2}, .pad = tf ? same_padding(g.shape(x), 3, 2) : same(1)},
      act, epsilon);
  int index = 1;
  for (size_t s = 0; s < variant.stages.size(); ++s)
    for (size_t i = 0; i < variant.stages[s].size(); ++i, ++index) {
      const Block& block = variant.stages[s][i];
      x = inverted_residual(g, timm ? fmt::format("blocks.{}.{}", s, i) : fmt::format("features.{}", index),
                            timm ? InvertedResidualNames::timm : InvertedResidualNames::torchvision, x,
                            {.kernel = block.kernel,
                             .wide = block.wide,
                             .k = block.k,
                             .stride = block.stride,
                             .squeezed = block.gate ? round_channels(static_cast<double>(block.wide) / 4) : 0,
                             .act = block.hard_swish ? act : Activation::relu(),
                             .squeezed_act = Activation::relu(),
                             .gate_act = Activation::hard_sigmoid(),
                             .epsilon = epsilon,
                             .same_padding = tf});
    }
  const auto last =
      timm ? fmt::format("blocks.{}.0", variant.stages.size()) : fmt::format("features.{}", index);
  x = conv_norm_act(g, last + (timm ? ".conv" : ".0"), last + (timm ? ".bn1" : ".1"), x,
                    {.k = 6 * g.shape(x)[1]}, act, epsilon);
  x = g.global_average_pool("avgpool", x);
  // One more layer before the classifier: a 1x1 convolution in timm.
  if (timm) {
    x = g.conv("conv_head", x, {.k = variant.last}, GraphBuilder::Bias::yes);
    x = g.flatten("flatten", g.activate("conv_head.act", x, act));
    return g.finish(g.linear("classifier", x, options.classes));
  }
  x = g.linear("classifier.0", g.flatten("flatten", x), variant.last, act);
  return g.finish(g.linear("classifier.3", x, options.classes));
}

}  // namespace fxe
