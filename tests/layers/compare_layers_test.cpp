// SPDX-License-Identifier: Apache-2.0
#include "layers/compare_layers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>

#include "layers/graph_builder.h"
#include "layers/optimize.h"
#include "layers/run_layer.h"
#include "networks/registry.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

// The reference, to be wrapped.
class Wrapped : public Backend {
 public:
  std::string name() const override { return "wrapped"; }
  Device& device() override { return right_->device(); }
  Precision precision() const override { return Precision::fp32; }
  Prepared prepare(const Op& op, const OpContext& c) override { return right_->prepare(op, c); }
  Prepared prepare_output(const OpContext& c) override { return right_->prepare_output(c); }
  std::vector<float> read(Queue& q, const Value& v, const void* d) override { return right_->read(q, v, d); }

 private:
  std::unique_ptr<Backend> right_ = make_reference_backend();
};

// An average pooling that wrongly counts padding.
class Faulty final : public Wrapped {
  Prepared prepare(const Op& op, const OpContext& c) override {
    Op wrong = op;
    if (auto* pool = std::get_if<Pool2d>(&wrong)) pool->count_padding = true;
    return Wrapped::prepare(wrong, c);
  }
};

using Rounding = std::function<float(float)>;

// A step that rounds its first operand and its result.
class RoundedStep final : public Step {
 public:
  RoundedStep(std::unique_ptr<Step> step, Rounding operand, size_t operands, Rounding result, size_t results)
      : step_(std::move(step)),
        operand_(std::move(operand)),
        result_(std::move(result)),
        operands_(operands),
        results_(results) {}
  void bind(const Binding& to) override {
    Binding binding = to;
    from_ = static_cast<const float*>(to.inputs[0]);
    to_ = static_cast<float*>(to.output);
    binding.inputs[0] = operands_.data();
    step_->bind(binding);
  }
  void enqueue(Queue& queue) const override {
    std::transform(from_, from_ + operands_.size(), operands_.begin(), operand_);
    step_->enqueue(queue);
    std::transform(to_, to_ + results_, to_, result_);
  }
  std::string implementation() const override { return step_->implementation(); }

 private:
  std::unique_ptr<Step> step_;
  Rounding operand_, result_;
  mutable std::vector<float> operands_;
  size_t results_;
  const float* from_ = nullptr;
  float* to_ = nullptr;
};

float to_tf32(float x) {  // to nearest, ties away
  return std::bit_cast<float>((std::bit_cast<uint32_t>(x) + 0x1000u) & ~0x1fffu);
}
float cut_to_tf32(float x) { return std::bit_cast<float>(std::bit_cast<uint32_t>(x) & ~0x1fffu); }

// The reference with another precision's roundings, as on tensor cores: values as stored; for products also
// the weights and the operand.
class Emulated final : public Wrapped {
 public:
  explicit Emulated(Precision precision, Rounding tf32 = to_tf32) : precision_(precision) {
    stored_ = [=](float x) { return as_stored({x}, precision)[0]; };
    operand_ = precision == Precision::tf32 ? tf32 : stored_;
  }
  Precision precision() const override { return precision_; }

 private:
  Prepared prepare(const Op& op, const OpContext& c) override {
    const bool product = std::holds_alternative<Conv2d>(op) || std::holds_alternative<Linear>(op);
    TensorMap weights;
    if (product)
      for (const auto& [name, tensor] : c.weights) {
        std::vector<float> values = tensor.to_float();
        std::ranges::transform(values, values.begin(), operand_);
        weights[name] = tensor.shape.rank() > 1 ? Tensor::from_floats(tensor.shape, values) : tensor;
      }
    Prepared p = Wrapped::prepare(
        op, {c.layer, c.inputs, c.output, product ? weights : c.weights, std::vector<bool>(c.dies.size())});
    p.in_place = -1;
    p.step = std::make_unique<RoundedStep>(std::move(p.step), product ? operand_ : none_,
                                           static_cast<size_t>(c.inputs[0].shape.elements()), stored_,
                                           static_cast<size_t>(c.output.elements()));
    return p;
  }

  Precision precision_;
  Rounding stored_, operand_, none_ = [](float x) { return x; };
};

Model model() {
  GraphBuilder g;
  ValueId x =
      g.relu("relu", g.batch_norm("bn", g.conv("conv", g.input(3, 9, 9), {.k = 8, .filter = {3, 3}})));
  x = g.node("pool",
             Pool2d{.kind = Pool2d::Kind::average, .filter = {3, 3}, .stride = {2, 2}, .pad = same(1)}, {x});
  x = g.conv("conv2", x, {.k = 8});
  return with_random_weights(g.finish(g.linear("fc", g.flatten("flatten", x), 5)), 1);
}

std::vector<std::string> wrong(const std::vector<LayerCheck>& checks) {
  std::vector<std::string> names;
  for (const LayerCheck& check : checks)
    if (!check.ok) names.push_back(check.name);
  return names;
}

TEST(CompareLayers, EveryLayerOfARightBackendHolds) {
  const auto reference = make_reference_backend(), cpu = make_cpu_backend(1);
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Model random = random_model(seed);
    const std::vector<float> input = random_images(random, 2, seed);
    const auto checks = compare_layers(random, *cpu, input, 2);
    EXPECT_EQ(checks.size(), random.graph.nodes.size() + 1);
    EXPECT_EQ(checks.back().name, "network");
    EXPECT_EQ(wrong(checks), std::vector<std::string>{}) << "seed " << seed;
    EXPECT_EQ(wrong(compare_layers(random, *cpu, input, 2, {.against = reference.get()})),
              std::vector<std::string>{})
        << "seed " << seed;
  }
}

// Later layers get the reference's values, so that a fault shows in one layer, and in the whole network.
TEST(CompareLayers, NamesTheLayerThatIsWrong) {
  const Model m = model();
  const std::vector<float> input = random_images(m, 2, 3);
  Faulty faulty;
  std::vector<std::string> reported;
  const auto checks = compare_layers(
      m, faulty, input, 2, {.on_layer = [&](const LayerCheck& check) { reported.push_back(check.name); }});
  EXPECT_EQ(wrong(checks), (std::vector<std::string>{"pool", "network"}));
  EXPECT_EQ(reported, (std::vector<std::string>{"input", "conv", "bn", "relu", "pool", "conv2", "flatten",
                                                "fc", "network"}));
  EXPECT_GT(checks[4].percent_of_bound, 100);
  EXPECT_GT(checks[4].error, 0);
}

// Pooling, padding, joining and moving lose nothing of values as they are stored.
TEST(CompareLayers, EveryLayerHoldsInEveryPrecision) {
  GraphBuilder g;
  ValueId x = g.conv("conv", g.input(3, 12, 12), {.k = 6, .filter = {3, 3}}, GraphBuilder::Bias::yes);
  x = g.conv("one_product", x, {.k = 6, .groups = 6});
  x = g.node("pool", Pool2d{.filter = {2, 2}, .stride = {2, 2}}, {x});
  x = g.node("concat", Concat{}, {x, g.relu("relu", x)});
  x = g.channel_shuffle("shuffle", g.node("pad", ZeroPad{{1, 0, 0, 1}}, {x}), 4);
  x = g.node("shortcut", ShortcutPad{.stride = {2, 2}, .before = 1, .after = 1}, {x});
  x = g.channel_slice("slice", x, 1, 8);
  const Model m =
      with_random_weights(g.finish(g.linear("fc", g.flatten("flatten", g.batch_norm("bn", x)), 5)), 1);
  std::vector<float> input = random_images(m, 2, 3);
  for (size_t i = 0; i < 50; ++i) input[i] *= 1e-6f;  // below the normal numbers of fp16
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16}) {
    Emulated backend(precision);
    EXPECT_EQ(wrong(compare_layers(m, backend, input, 2)), std::vector<std::string>{}) << name(precision);
  }
  Emulated cuts(Precision::tf32, cut_to_tf32);
  EXPECT_EQ(wrong(compare_layers(m, cuts, input, 2)), std::vector<std::string>{});
}

TEST(CompareLayers, WhatOverflowsFailsWhereItIsMade) {
  GraphBuilder g;
  const ValueId x = g.conv("large", g.input(1, 4, 4), {.k = 1});
  Model m{g.finish(g.linear("fc", g.flatten("flatten", g.relu("relu", x)), 2)), {}};
  m.weights = {{"large.weight", Tensor::from_floats({1, 1, 1, 1}, {60000})},
               {"fc.weight", Tensor::from_floats({2, 16}, std::vector<float>(32, 1e-3f))},
               {"fc.bias", Tensor::from_floats({2}, {0, 0})}};
  Emulated backend(Precision::fp16);
  EXPECT_EQ(wrong(compare_layers(m, backend, std::vector<float>(16, 2), 1)),
            (std::vector<std::string>{"large", "network"}));
}

// Tensor cores may truncate operands, which makes all products too small together.
TEST(CompareLayers, HoldsWhereTf32CutsOperandsOff) {
  for (const char* spec :
       {"cifar_resnet20", "squeezenet1_1:classes=20,input=64", "shufflenet_v2_x0_5:input=64"}) {
    const Model m = optimize(with_random_weights(build_network(spec), 1));
    const std::vector<float> input = random_images(m, 1, 2);
    for (const Rounding& rounding : {Rounding(to_tf32), Rounding(cut_to_tf32)}) {
      Emulated backend(Precision::tf32, rounding);
      const auto checks = compare_layers(m, backend, input, 1);
      EXPECT_EQ(wrong(checks), std::vector<std::string>{}) << spec;
      fmt::print("{}: {:.3g} % of the bound\n", spec, checks.back().percent_of_bound);
    }
  }
}

TEST(CompareLayers, RefusesInputOfAnotherSize) {
  const Model m = model();
  const auto cpu = make_cpu_backend(1);
  EXPECT_ANY_THROW(compare_layers(m, *cpu, std::vector<float>(10), 2));
}

}  // namespace
}  // namespace fxe::test
