// SPDX-License-Identifier: Apache-2.0
#include "layers/optimize.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "layers/graph_builder.h"
#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "networks/registry.h"
#include "tests/support/compare.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

std::vector<std::string> names(const Model& model) {
  std::vector<std::string> list;
  for (const Node& node : model.graph.nodes) list.push_back(node.name);
  return list;
}

std::vector<WeightUse> uses_of(const Graph& graph) {
  std::vector<WeightUse> uses;
  const auto shapes = infer_shapes(graph, 1);
  for (const Node& n : graph.nodes) {
    for (WeightUse& use : weights_of(n.op, input_shapes(n, shapes))) uses.push_back(std::move(use));
  }
  return uses;
}

template <class O>
int64_t count(const Model& model) {
  return std::count_if(model.graph.nodes.begin(), model.graph.nodes.end(),
                       [](const Node& node) { return std::holds_alternative<O>(node.op); });
}

const Node& node(const Model& model, const std::string& name) {
  for (const Node& n : model.graph.nodes)
    if (n.name == name) return n;
  throw std::runtime_error("no layer " + name);
}

// The source network's bound, in exact arithmetic, holds for the optimised one in fp32: folding rounds each
// weight once, and the bound counts that.
TEST(Optimize, FoldedEqualsUnfoldedWithinTheBound) {
  const auto backend = make_reference_backend();
  double worst = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const Model source = random_model(seed), optimized = optimize(source);
    EXPECT_LE(optimized.graph.nodes.size(), source.graph.nodes.size());
    const std::vector<float> input = random_images(source, 2, seed);
    const NetworkReference expected = reference_network(source, input, 2);
    const Comparison c = compare(run_model(optimized, *backend, input, 2), expected.logits,
                                 [&](size_t i) { return expected.bound(i); });
    EXPECT_TRUE(c) << "seed " << seed << ": " << c.message;
    worst = std::max(worst, c.percent_of_bound);
  }
  fmt::print("optimize: at most {:.3g}% of the bound used\n", worst);
}

TEST(Optimize, IsDoneAfterOnce) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const Model once = optimize(random_model(seed));
    EXPECT_EQ(names(optimize(once)), names(once)) << "seed " << seed;
  }
}

// Cheaper than random ones.
Model with_ones(Graph graph) {
  TensorMap weights;
  for (const WeightUse& use : uses_of(graph))
    weights[use.name] =
        Tensor::from_floats(use.shape, std::vector<float>(static_cast<size_t>(use.shape.elements()), 1));
  return bind_weights(std::move(graph), std::move(weights), "ones");
}

struct Expected {
  const char* spec;
  size_t nodes;
};
class OptimizedNetworks : public testing::TestWithParam<Expected> {};

// What remains: the input, convolutions, poolings, shortcut paddings, fully connected layers, and AlexNet's
// Flatten of 6 x 6 images.
TEST_P(OptimizedNetworks, HaveOnlyTheLayersThatCost) {
  const Model model = optimize(with_ones(build_network(GetParam().spec)));
  EXPECT_EQ(model.graph.nodes.size(), GetParam().nodes);
  EXPECT_EQ(count<BatchNorm>(model) + count<Scale>(model) + count<Activate>(model) + count<Add>(model), 0);
  std::set<std::string> used;
  for (const WeightUse& use : uses_of(model.graph)) used.insert(use.name);
  EXPECT_EQ(used.size(), model.weights.size());
}

INSTANTIATE_TEST_SUITE_P(Networks, OptimizedNetworks,
                         testing::Values(Expected{"alexnet", 1 + 5 + 3 + 1 + 3},
                                         Expected{"resnet18", 1 + 20 + 1 + 1 + 1},
                                         Expected{"resnet50", 1 + 53 + 1 + 1 + 1},
                                         Expected{"cifar_resnet20", 1 + 19 + 2 + 1 + 1},
                                         Expected{"mobilenet_v1:width=0.25", 1 + 27 + 1 + 1}),
                         [](const auto& row) {
                           std::string name = row.param.spec;
                           return name.substr(0, name.find(':'));
                         });

Model with_weights(GraphBuilder& g, ValueId x) {
  x = g.flatten("flatten", g.global_average_pool("avgpool", x));
  return with_random_weights(g.finish(g.linear("fc", x, 3)), 1);
}

TEST(Optimize, LeavesAloneWhatOthersRead) {
  GraphBuilder g;
  const ValueId conv = g.conv("conv", g.input(4, 5, 5), {.k = 4});
  const ValueId norm = g.batch_norm("norm", conv);
  const ValueId relu = g.relu("relu", norm);
  const ValueId sum = g.add("sum", relu, norm);
  const Model model = optimize(with_weights(g, g.add("again", sum, conv)));
  EXPECT_EQ(names(model),
            (std::vector<std::string>{"input", "conv", "norm", "relu", "sum", "again", "avgpool", "fc"}));
}

TEST(Optimize, GivesTheResidualToTheLaterConvolution) {
  GraphBuilder g;
  const ValueId x = g.input(4, 5, 5);
  const ValueId early = g.conv("early", x, {.k = 4}), late = g.conv("late", x, {.k = 4});
  const Model model = optimize(with_weights(g, g.add("sum", late, early, Activation::relu())));
  EXPECT_EQ(names(model), (std::vector<std::string>{"input", "early", "late", "avgpool", "fc"}));
  const auto& op = std::get<Conv2d>(node(model, "late").op);
  EXPECT_TRUE(op.add_residual);
  EXPECT_EQ(op.act, Activation::relu());
  EXPECT_FALSE(std::get<Conv2d>(node(model, "early").op).add_residual);
}

TEST(Optimize, AddsNothingAfterAnActivation) {
  GraphBuilder g;
  const ValueId x = g.input(4, 5, 5);
  const ValueId active = g.relu("relu", g.conv("conv", x, {.k = 4}));
  const Model model = optimize(with_weights(g, g.add("sum", active, x)));
  EXPECT_EQ(names(model), (std::vector<std::string>{"input", "conv", "sum", "avgpool", "fc"}));
  EXPECT_EQ(std::get<Conv2d>(node(model, "conv").op).act, Activation::relu());
}

TEST(Optimize, DoesNotFoldWhatWouldOverflow) {
  GraphBuilder g;
  const Model source = [&] {
    Model m = with_weights(g, g.batch_norm("norm", g.conv("conv", g.input(4, 5, 5), {.k = 4})));
    m.weights["conv.weight"] = Tensor::from_floats({4, 4, 1, 1}, std::vector<float>(16, 1e30f));
    m.weights["norm.weight"] = Tensor::from_floats({4}, std::vector<float>(4, 1e30f));
    return m;
  }();
  EXPECT_EQ(count<Scale>(optimize(source)), 1);
}

// Two norms after a convolution, each of which fits into its weights, but not always both.
Model with_two_norms(float first, float second) {
  GraphBuilder g;
  const ValueId conv = g.conv("conv", g.input(4, 5, 5), {.k = 4});
  Model m = with_weights(g, g.batch_norm("b", g.batch_norm("a", conv)));
  m.weights["conv.weight"] = Tensor::from_floats({4, 4, 1, 1}, std::vector<float>(16, -1e10f));
  for (const std::string norm : {"a", "b"}) {
    m.weights[norm + ".weight"] =
        Tensor::from_floats({4}, std::vector<float>(4, norm == "a" ? first : second));
    m.weights[norm + ".running_var"] = Tensor::from_floats({4}, std::vector<float>(4, 1));
  }
  return m;
}

TEST(Optimize, FoldsTwiceWithoutRoundingBetween) {
  const Model source = with_two_norms(0.7f, 0.3f), model = optimize(source);
  EXPECT_EQ(names(model), (std::vector<std::string>{"input", "conv", "avgpool", "fc"}));
  const Tensor& weight = model.weights.at(std::get<Conv2d>(node(model, "conv").op).weight);
  EXPECT_EQ(weight.bytes.data(), source.weights.at("conv.weight").bytes.data());
  const double a = 0.7f / std::sqrt(1 + 1e-5), b = 0.3f / std::sqrt(1 + 1e-5);
  EXPECT_EQ(weight.to_float(), std::vector<float>(16, static_cast<float>(b * a * -1e10f)));
}

TEST(Optimize, DoesNotFoldTwiceWhatWouldOverflow) {
  EXPECT_EQ(count<Scale>(optimize(with_two_norms(1e10f, 1e18f))), 0);
  EXPECT_EQ(count<Scale>(optimize(with_two_norms(1e10f, 1e19f))), 1);
}

void expect_same_function(const Model& source, const Model& model) {
  const std::vector<float> input = random_images(source, 1, 1);
  const NetworkReference expected = reference_network(source, input, 1);
  const Comparison c = compare(run_model(model, *make_reference_backend(), input, 1), expected.logits,
                               [&](size_t i) { return expected.bound(i); });
  EXPECT_TRUE(c) << c.message;
}

// DenseNet's order: a norm before its convolution absorbs the activation.
TEST(Optimize, MakesAScaleOfANormWithoutAConvolution) {
  GraphBuilder g;
  const ValueId x = g.input(4, 5, 5);
  const ValueId active = g.relu("relu", g.batch_norm("norm", x));
  const Model source = with_weights(g, g.node("join", Concat{}, {x, g.conv("conv", active, {.k = 4})}));
  const Model model = optimize(source);
  EXPECT_EQ(names(model), (std::vector<std::string>{"input", "norm", "conv", "join", "avgpool", "fc"}));
  EXPECT_EQ(std::get<Scale>(node(model, "norm").op).act, Activation::relu());
  expect_same_function(source, model);
}

// ConvNeXt's block: only the layers that cost remain.
TEST(Optimize, FoldsScalesIntoWhatIsBeforeThem) {
  GraphBuilder g;
  const ValueId x = g.input(4, 5, 5);
  ValueId y = g.layer_norm("norm", g.conv("depthwise", x, {.k = 4, .groups = 4}, GraphBuilder::Bias::yes));
  y = g.node("affine", Scale{.scale = "affine.a", .shift = "affine.b"}, {y});
  y = g.activate("gelu", g.conv("expand", y, {.k = 8}, GraphBuilder::Bias::yes), Activation::gelu());
  y = g.layer_scale("gamma", g.conv("project", y, {.k = 4}, GraphBuilder::Bias::yes));
  const Model source = with_weights(g, g.add("sum", x, y));
  const Model model = optimize(source);
  EXPECT_EQ(names(model),
            (std::vector<std::string>{"input", "depthwise", "norm", "expand", "project", "avgpool", "fc"}));
  EXPECT_TRUE(std::get<Conv2d>(node(model, "project").op).add_residual);
  EXPECT_EQ(std::get<Conv2d>(node(model, "expand").op).act, Activation::gelu());
  expect_same_function(source, model);
}

TEST(Optimize, FoldsAScaleWithItsActivation) {
  GraphBuilder g;
  const ValueId y = g.conv("conv", g.input(4, 5, 5), {.k = 4});
  const Scale scale{.scale = "a", .act = Activation::silu()};
  const Model source = with_weights(g, g.node("scale", scale, {y})), model = optimize(source);
  EXPECT_EQ(names(model), (std::vector<std::string>{"input", "conv", "avgpool", "fc"}));
  EXPECT_EQ(std::get<Conv2d>(node(model, "conv").op).act, Activation::silu());
  expect_same_function(source, model);
}

TEST(Optimize, GivesPaddingToConvolutionsOnly) {
  GraphBuilder g;
  const ValueId pad = g.node("pad", ZeroPad{{1, 2, 3, 4}}, {g.input(4, 5, 5)});
  const ValueId conv = g.conv("conv", pad, {.k = 4, .filter = {3, 3}, .pad = same(1)});
  const ValueId pool = g.max_pool("pool", pad, 3, 1, 1);
  const Model source = with_weights(g, g.add("sum", conv, pool)), model = optimize(source);
  EXPECT_EQ(std::get<Conv2d>(node(model, "conv").op).pad, (Padding2{2, 3, 4, 5}));
  EXPECT_EQ(count<ZeroPad>(model), 1);
  expect_same_function(source, model);
}

TEST(Optimize, DropsWhatChangesNothing) {
  GraphBuilder g;
  ValueId x = g.conv("conv", g.input(4, 5, 5), {.k = 4});
  x = g.channel_shuffle("shuffle", x, 1);
  x = g.channel_slice("slice", x, 0, 4);
  x = g.node("pad", ZeroPad{}, {g.activate("none", x, Activation::none())});
  const Model model = optimize(with_weights(g, g.batch_norm("norm", x)));
  EXPECT_EQ(names(model), (std::vector<std::string>{"input", "conv", "avgpool", "fc"}));
}

// A weight shared by two layers is folded for each with its own norm, whatever names the file has.
TEST(Optimize, FoldsSharedWeightsForEachLayer) {
  GraphBuilder g;
  const ValueId x = g.input(4, 5, 5);
  const Conv2d shared{.k = 4, .weight = "shared"};
  const ValueId a = g.batch_norm("norm_a", g.node("a", shared, {x}));
  const ValueId b = g.batch_norm("norm_b", g.node("b", shared, {x}));
  Conv2d other = shared;
  other.weight = "shared~bn(b)";
  const Model source = with_weights(g, g.node("join", Concat{}, {a, b, g.node("c", other, {x})}));
  const Model model = optimize(source);
  EXPECT_EQ(count<BatchNorm>(model), 0);
  expect_same_function(source, model);
}

}  // namespace
}  // namespace fxe::test
