// SPDX-License-Identifier: Apache-2.0
#include "layers/compare_layers.h"

#include <gtest/gtest.h>

#include <limits>

#include "layers/graph_builder.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

// The reference, but for an average pooling that counts padding where it should not.
class Faulty final : public Backend {
 public:
  std::string name() const override { return "faulty"; }
  Device& device() override { return right_->device(); }
  Precision precision() const override { return Precision::fp32; }
  Prepared prepare(const Input& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Conv2d& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const BatchNorm& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Scale& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const LayerNorm& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Pool2d& o, const OpContext& c) override {
    Pool2d wrong = o;
    wrong.count_padding = true;
    return right_->prepare(wrong, c);
  }
  Prepared prepare(const GlobalAveragePool& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Linear& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Activate& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const PRelu& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Add& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const ChannelGate& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Concat& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const ChannelShuffle& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const ChannelSlice& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const ZeroPad& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Flatten& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Softmax& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const Lrn& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare(const ShortcutPad& o, const OpContext& c) override { return right_->prepare(o, c); }
  Prepared prepare_output(const OpContext& c) override { return right_->prepare_output(c); }
  std::vector<float> read(Queue& q, const Value& v, const void* d) override { return right_->read(q, v, d); }

 private:
  std::unique_ptr<Backend> right_ = make_reference_backend();
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

// Later layers get the reference's values, so that one fault shows in one layer, and in the whole.
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

TEST(CompareLayers, RefusesInputOfAnotherSize) {
  const Model m = model();
  const auto cpu = make_cpu_backend(1);
  EXPECT_ANY_THROW(compare_layers(m, *cpu, std::vector<float>(10), 2));
}

}  // namespace
}  // namespace fxe::test
