// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "kernels/cpu/dot_tile.h"
#include "layers/graph_builder.h"
#include "layers/optimize.h"
#include "layers/run_plan.h"
#include "networks/registry.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

// Bits, so that NaN equals NaN.
std::vector<uint32_t> bits(const std::vector<float>& values) {
  std::vector<uint32_t> all;
  for (const float v : values) all.push_back(v != v ? 0x7fc00000u : std::bit_cast<uint32_t>(v));
  return all;
}

size_t chains(const Plan& plan) {
  size_t count = 0;
  for (const Plan::Layer& layer : plan.layers())
    for (const std::string& kernel : layer.kernels) count += kernel.starts_with("rows:");
  return count;
}

size_t chains(const Model& model) { return chains(*compile(model, *make_cpu_backend(1), 1)); }

// A network of large images: chains of every kind of stage, and values that no chain may absorb.
Model random_large_model(uint64_t seed) {
  Random random(seed);
  const auto pick = [&](int64_t low, int64_t high) { return random.integer(low, high); };
  GraphBuilder g;
  auto x = g.input(pick(0, 1) ? 3 : 20, pick(90, 120), pick(90, 120));
  int layer = 0;
  const auto name = [&] { return "layer" + std::to_string(layer++); };
  const auto conv = [&](int64_t k, int64_t size, int64_t stride) {
    const int64_t dilation = pick(1, size > 1 ? 2 : 1);
    x = g.conv(name(), x,
               {.k = k,
                .filter = {size, size},
                .stride = {stride, stride},
                .pad = {pick(0, size - 1), pick(0, size - 1), pick(0, size - 1), pick(0, size - 1)},
                .dilation = {dilation, dilation}},
               GraphBuilder::Bias::yes);
    if (pick(0, 1)) x = g.activate(name(), x, pick(0, 1) ? Activation::relu() : Activation::silu());
  };
  conv(pick(30, 70), 3, pick(1, 2));
  for (int block = 0; block < 3; ++block) {
    const auto before = x;
    const int64_t c = g.shape(x)[1];
    switch (pick(0, 3)) {
      case 0:  // inverted residual
        conv(pick(60, 100), 1, 1);
        x = g.conv(name(), x,
                   {.k = g.shape(x)[1], .filter = {3, 3}, .pad = same(1), .groups = g.shape(x)[1]});
        x = g.activate(name(), x, Activation::relu());
        x = g.add(name(), g.conv(name(), x, {.k = c}), before);
        break;
      case 1:
        x = g.conv(
            name(), x,
            {.k = c, .filter = {5, 3}, .stride = {pick(1, 2), pick(1, 3)}, .pad = same(1), .groups = c});
        conv(pick(20, 90), 1, 1);
        break;
      case 2:
        conv(pick(20, 90), 3, 1);
        x = g.max_pool(name(), x, 3, pick(1, 2), pick(0, 1));
        break;
      default:
        conv(c, 3, 1);
        if (g.shape(x) == g.shape(before)) x = g.add(name(), x, before, Activation::relu());
    }
  }
  x = g.global_average_pool("pool", x);
  return optimize(with_random_weights(g.finish(g.linear("fc", g.flatten("flatten", x), 10)), seed));
}

TEST(Chain, TheSameBitsAsLayerByLayer) {
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512: there are no chains";
  size_t found = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const Model model = random_large_model(seed);
    found += chains(model);
    const int64_t images = 1 + static_cast<int64_t>(seed % 3);
    auto x = random_images(model, images, seed);
    if (seed % 4 == 3) {  // in one image
      x[x.size() / 3] = std::numeric_limits<float>::quiet_NaN();
      x[x.size() / 2] = std::numeric_limits<float>::infinity();
    }
    const auto expected = bits(run_model(model, *make_cpu_backend(1), x, images, {.chains = false}));
    for (const int threads : {1, 2, 3})
      ASSERT_EQ(bits(run_model(model, *make_cpu_backend(threads), x, images)), expected)
          << "seed " << seed << ", " << threads << " threads";
  }
  EXPECT_GE(found, 40u);
}

TEST(Chain, NetworksHaveThem) {
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512: there are no chains";
  const std::pair<const char*, size_t> expected[] = {
      {"mobilenet_v2", 6}, {"squeezenet1_1", 1}, {"resnet50", 4}, {"alexnet", 1}};
  for (const auto& [spec, count] : expected) {
    const Model model = optimize(with_random_weights(build_network(spec), 1));
    const auto cpu = make_cpu_backend(1);
    const auto with = compile(model, *cpu, 1), without = compile(model, *cpu, 1, {.chains = false});
    EXPECT_EQ(chains(*with), count) << spec;
    EXPECT_EQ(chains(*without), 0u) << spec;
    EXPECT_EQ(chains(*compile(model, *cpu, 1, {.keep_values = true})), 0u) << spec;
    int64_t sum = 0, expected_sum = 0;
    for (const auto& layer : with->layers()) sum += layer.multiply_adds;
    for (const auto& layer : without->layers()) expected_sum += layer.multiply_adds;
    EXPECT_EQ(sum, expected_sum) << spec;
    const auto x = random_images(model, 1, 1);
    EXPECT_EQ(run_model(model, *cpu, x, 1), run_model(model, *cpu, x, 1, {.chains = false})) << spec;
  }
}

TEST(Chain, ItsPartsHaveNothingToDo) {
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512: there are no chains";
  const Model model = optimize(with_random_weights(build_network("mobilenet_v2"), 1));
  const auto cpu = make_cpu_backend(1);
  const auto plan = compile(model, *cpu, 1);
  const auto layer = [&](const std::string& name) -> const Plan::Layer& {
    return *std::ranges::find(plan->layers(), name, &Plan::Layer::name);
  };
  const Plan::Layer &expansion = layer("features.2.conv.0.0"), &last = layer("features.2.conv.2");
  EXPECT_EQ(expansion.implementation, "in features.2.conv.2");
  EXPECT_TRUE(expansion.kernels.empty());
  EXPECT_EQ(expansion.value.bytes, 0u);
  EXPECT_EQ(expansion.multiply_adds, 0);
  EXPECT_EQ(last.kernels,
            std::vector<std::string>{"rows:pad+direct+depthwise+direct+direct+depthwise+direct"});
  EXPECT_EQ(last.multiply_adds, 10838016 + 3612672 + 6422528 + 19267584 + 2709504 + 7225344);
  // There is never an expanded image of 112 x 112 x 96.
  EXPECT_LT(plan->arena_bytes(), size_t{112 * 112 * 96 * sizeof(float)});
}

}  // namespace
}  // namespace fxe::test
