// SPDX-License-Identifier: Apache-2.0
// "fxe check" finds nothing wrong in random networks on a correct backend. 300 of them; FXE_NETWORKS=N runs
// N, from seed FXE_SEED on.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include <cmath>

#include "layers/compare_layers.h"
#include "layers/graph_builder.h"
#include "layers/optimize.h"
#include "layers/reference/error_correlation.h"
#include "layers/run_plan.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

uint64_t setting(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Convolutions on large images, the mean of large windows or of the whole image, and layers after it: errors
// shared by all pixels survive the mean.
Model model_with_large_pooling(uint64_t seed) {
  Random random(seed, "large pooling");
  GraphBuilder g;
  const int64_t side = random.integer(0, 7) ? random.integer(10, 40) : random.integer(40, 95);
  ValueId x = g.input(random.integer(1, 3), side, side + random.integer(0, 9));
  const auto activation = [&] {
    const Activation all[] = {Activation::none(), Activation::relu(), Activation::relu6(), Activation::silu(),
                              Activation::sigmoid()};
    return all[random.integer(0, 4)];
  };
  const int64_t layers = random.integer(0, 3);
  for (int64_t i = 0; i < layers; ++i) {
    const auto name = fmt::format("layer{}", i);
    Conv2d op{.k = random.integer(1, 8)};
    if (random.integer(0, 1)) op.filter = {3, 3}, op.pad = same(1);
    x = g.conv(name, x, op, random.integer(0, 1) ? GraphBuilder::Bias::yes : GraphBuilder::Bias::no);
    if (random.integer(0, 1)) x = g.batch_norm(name + ".norm", x);
    if (const Activation act = activation()) x = g.activate(name + ".act", x, act);
  }
  if (random.integer(0, 1)) {
    const int64_t window = random.integer(7, g.shape(x)[2]);
    x = g.node("pool",
               Pool2d{.kind = Pool2d::Kind::average,
                      .filter = {window, window},
                      .stride = {window, window},
                      .ceil_mode = random.integer(0, 1) == 1},
               {x});
  } else {
    x = g.global_average_pool("pool", x);
  }
  if (random.integer(0, 1)) x = g.conv("after", x, {.k = random.integer(1, 8)}, GraphBuilder::Bias::yes);
  if (random.integer(0, 2) == 0 && g.shape(x)[1] >= 3) x = g.layer_norm("norm", x);
  x = g.flatten("flatten", x);
  if (random.integer(0, 3)) x = g.linear("fc", x, random.integer(2, 20));
  if (random.integer(0, 3) == 0) x = g.node("softmax", Softmax{}, {x});
  return with_random_weights(g.finish(x), seed);
}

// Numbers, pixels, and images of one colour, where every pixel errs alike.
std::vector<float> images_of(const Model& model, int64_t n, uint64_t seed) {
  std::vector<float> images = random_images(model, n, seed);
  Random random(seed, "kind of image");
  const int64_t kind = random.integer(0, 3);
  const Input in = model.input();
  for (size_t i = 0; i < images.size(); ++i) {
    if (kind == 1) images[i] = static_cast<float>(random.integer(0, 255)) / 255;
    if (kind == 2)
      images[i] = images[i / static_cast<size_t>(in.h * in.w) * static_cast<size_t>(in.h * in.w)];
    if (kind == 3) images[i] = (static_cast<float>(random.integer(0, 255)) / 255 - 0.45f) / 0.225f;
  }
  return images;
}

// With every 97th weight of the last product off by a hundredth.
Model with_damage(Model model) {
  std::string last;
  for (const Node& node : model.graph.nodes) {
    if (const auto* conv = std::get_if<Conv2d>(&node.op)) last = conv->weight;
    if (const auto* linear = std::get_if<Linear>(&node.op)) last = linear->weight;
  }
  if (last.empty()) return model;
  Tensor& weight = model.weights.at(last);
  std::vector<float> values = weight.to_float();
  for (size_t i = 0; i < values.size(); i += 97) values[i] *= 1.01f;
  weight = Tensor::from_floats(weight.shape, std::move(values));
  return model;
}

TEST(RandomNetworks, OfARightBackendAllHold) {
  const auto cpu = make_cpu_backend(1);
  const uint64_t count = setting("FXE_NETWORKS", 300), first = setting("FXE_SEED", 1);
  double worst = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const Model source = seed % 2 ? random_model(seed) : model_with_large_pooling(seed);
    const Model model = seed % 4 < 2 ? source : optimize(source);
    const std::vector<float> images = images_of(model, 2, seed);
    const auto checks = compare_layers(model, *cpu, images, 2);
    for (const LayerCheck& check : checks)
      EXPECT_TRUE(check.ok) << "FXE_SEED=" << seed << ": " << check.name << " (" << check.op << ") at "
                            << check.percent_of_bound << " % of the bound: " << check.found << ", expected "
                            << check.expected;
    worst = std::max(worst, checks.back().percent_of_bound);
  }
  fmt::print("{} networks: at most {:.3g} % of the bound used\n", count, worst);
}

// The bound is not a formality, widened by correlation or not.
TEST(RandomNetworks, OfDamagedWeightsDoNotHold) {
  const auto cpu = make_cpu_backend(1);
  constexpr uint64_t kNetworks = 60;
  int noticed = 0;
  for (uint64_t seed = 1; seed <= kNetworks; ++seed) {
    const Model model = seed % 2 ? random_model(seed) : model_with_large_pooling(seed),
                other = with_damage(model);
    const std::vector<float> images = images_of(model, 2, seed), found = run_model(other, *cpu, images, 2);
    NetworkReference right = reference_network(model, images, 2);
    const NetworkReference damage = reference_network(other, images, 2);
    widen_by_correlation(right, model, images, 2);
    double largest = 0, change = 0, share = 0;
    for (size_t i = 0; i < found.size(); ++i) {
      largest = std::max(largest, std::fabs(right.logits[i]));
      change = std::max(change, std::fabs(damage.logits[i] - right.logits[i]));
      share = std::max(share, std::fabs(static_cast<double>(found[i]) - right.logits[i]) / right.bound(i));
    }
    if (change <= 1e-4 * largest) continue;  // weights of what a ReLU or a saturated function cuts off
    EXPECT_GT(share, 1) << "seed " << seed << ": " << change << " of " << largest << " was not noticed";
    ++noticed;
  }
  EXPECT_GT(noticed, static_cast<int>(kNetworks / 2));
}

}  // namespace
}  // namespace fxe::test
