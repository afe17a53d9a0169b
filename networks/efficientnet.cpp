// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/error.h"
#include "networks/channels.h"
#include "networks/inverted_residual.h"
#include "networks/networks.h"

namespace fxe {

namespace {

// The paper's table 1.
struct Stage {
  int64_t expand, kernel, stride, k;
  double blocks;
};
constexpr Stage kStages[] = {{1, 3, 1, 16, 1},  {6, 3, 2, 24, 2},  {6, 5, 2, 40, 2}, {6, 3, 2, 80, 3},
                             {6, 5, 1, 112, 3}, {6, 5, 2, 192, 4}, {6, 3, 1, 320, 1}};

struct Scaling {
  double width, depth;
};
constexpr Scaling kScalings[] = {{1, 1},     {1, 1.1},   {1.1, 1.2}, {1.2, 1.4},
                                 {1.4, 1.8}, {1.6, 2.2}, {1.8, 2.6}, {2, 3.1}};

}  // namespace

Graph efficientnet(int size, Source source, const NetworkOptions& options, Smoothing smoothing) {
  if (size < 0 || size >= static_cast<int>(std::size(kScalings)))
    throw bad_input("efficientnet: expected b0 to b{}, found b{}", std::size(kScalings) - 1, size);
  const Scaling& scaling = kScalings[size];
  const bool timm = source != Source::torchvision, tf = source == Source::tf;
  // torchvision's b5 to b7 are conversions of TensorFlow's weights.
  const double epsilon = tf || (!timm && size >= 5) ? 1e-3 : 1e-5;
  const auto act = Activation::silu();
  const auto scaled = [&](int64_t k) { return round_channels(static_cast<double>(k) * scaling.width); };

  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = conv_norm_act(g, timm ? "conv_stem" : "features.0.0", timm ? "bn1" : "features.0.1", x,
                    {.k = scaled(32),
                     .filter = {3, 3},
                     .stride = {2, 2},
                     .pad = tf ? same_padding(g.shape(x), 3, 2) : same(1)},
                    act, epsilon);
  for (size_t s = 0; s < std::size(kStages); ++s) {
    const Stage& stage = kStages[s];
    const int blocks = static_cast<int>(std::ceil(stage.blocks * scaling.depth));
    for (int i = 0; i < blocks; ++i) {
      const int64_t c = g.shape(x)[1];
      x = inverted_residual(
          g, timm ? fmt::format("blocks.{}.{}", s, i) : fmt::format("features.{}.{}", s + 1, i),
          timm ? InvertedResidualNames::timm : InvertedResidualNames::torchvision, x,
          {.kernel = stage.kernel,
           .wide = c * stage.expand,
           .k = scaled(stage.k),
           .stride = i == 0 ? stage.stride : 1,
           .squeezed = c / 4,
           .act = act,
           .squeezed_act = act,
           .gate_act = Activation::sigmoid(),
           .epsilon = epsilon,
           .same_padding = tf,
           .smoothing = smoothing});
    }
  }
  x = conv_norm_act(g, timm ? "conv_head" : "features.8.0", timm ? "bn2" : "features.8.1", x,
                    {.k = 4 * g.shape(x)[1]}, act, epsilon);
  x = g.flatten("flatten", g.global_average_pool("avgpool", x));
  return g.finish(g.linear(timm ? "classifier" : "classifier.1", x, options.classes));
}

}  // namespace fxe
