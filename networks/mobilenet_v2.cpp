// SPDX-License-Identifier: Apache-2.0
#include "engine/error.h"
#include "networks/channels.h"
#include "networks/inverted_residual.h"
#include "networks/networks.h"

namespace fxe {

namespace {

// The paper's table 2.
struct Stage {
  int64_t expand, k, blocks, stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

}  // namespace

Graph mobilenet_v2(Source source, const NetworkOptions& options) {
  if (!(options.width >= 0.1) || options.width > 16)
    throw bad_input("mobilenet_v2: width must be from 0.1 to 16, found {}", options.width);
  const bool timm = source == Source::timm;
  const auto act = Activation::relu6();
  const auto scaled = [&](int64_t k) { return round_channels(static_cast<double>(k) * options.width); };

  GraphBuilder g;
  auto x = g.input(3, options.input.h, options.input.w);
  x = conv_norm_act(g, timm ? "conv_stem" : "features.0.0", timm ? "bn1" : "features.0.1", x,
                    {.k = scaled(32), .filter = {3, 3}, .stride = {2, 2}, .pad = same(1)}, act);
  int block = 1;
  for (size_t s = 0; s < std::size(kStages); ++s)
    for (int i = 0; i < kStages[s].blocks; ++i, ++block)
      x = inverted_residual(g, timm ? fmt::format("blocks.{}.{}", s, i) : fmt::format("features.{}", block),
                            timm ? InvertedResidualNames::timm : InvertedResidualNames::torchvision_v2, x,
                            {.kernel = 3,
                             .wide = g.shape(x)[1] * kStages[s].expand,
                             .k = scaled(kStages[s].k),
                             .stride = i == 0 ? kStages[s].stride : 1,
                             .act = act});
  x = conv_norm_act(g, timm ? "conv_head" : "features.18.0", timm ? "bn2" : "features.18.1", x,
                    {.k = round_channels(1280 * std::max(1.0, options.width))}, act);
  x = g.flatten("flatten", g.global_average_pool("avgpool", x));
  return g.finish(g.linear(timm ? "classifier" : "classifier.1", x, options.classes));
}

}  // namespace fxe
