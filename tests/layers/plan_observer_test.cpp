// SPDX-License-Identifier: Apache-2.0
// What a plan's observer is told, and what a layer says of its kernels and bytes.
#include "layers/plan_observer.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "layers/graph_builder.h"
#include "layers/plan.h"
#include "networks/random_weights.h"

namespace fxe::test {
namespace {

// 3 x 8 x 8 -> 4 x 8 x 8 -> rows -> 5, with a flatten that runs nothing.
Model small_model() {
  GraphBuilder g;
  ValueId x = g.input(3, 8, 8);
  x = g.conv("conv", x, {.k = 4, .filter = {3, 3}, .pad = same(1)}, GraphBuilder::Bias::yes);
  Graph graph = g.finish(g.linear("fc", g.flatten("flatten", x), 5));
  TensorMap weights = random_weights(graph, 1);
  return bind_weights(std::move(graph), std::move(weights), "small");
}

struct Told final : PlanObserver {
  void begin(Queue&, const Plan& plan, size_t layer, size_t kernel) override {
    EXPECT_FALSE(open);
    open = true;
    kernels.push_back(plan.layers().at(layer).name + ":" + plan.layers()[layer].kernels.at(kernel));
  }
  void end(Queue&, const Plan&, size_t, size_t) override {
    EXPECT_TRUE(open);
    open = false;
  }
  bool open = false;
  std::vector<std::string> kernels;
};

class PlanObserverTest : public testing::TestWithParam<std::string> {
 protected:
  std::vector<float> run(PlanObserver* observer) {
    plan->observe(observer);
    std::vector<float> output(10);
    plan->bind(arena.data(), input.data(), result.data());
    plan->enqueue(*queue);
    queue->copy(output.data(), result.data(), 10 * sizeof(float));
    queue->wait();
    return output;
  }

  std::unique_ptr<Backend> backend = GetParam() == "cpu" ? make_cpu_backend(1) : make_reference_backend();
  std::unique_ptr<Plan> plan = compile(small_model(), *backend, 2);
  std::unique_ptr<Queue> queue = backend->device().make_queue();
  Buffer arena = backend->device().allocate(plan->arena_bytes());
  Buffer input = backend->device().allocate(2 * 192 * sizeof(float));
  Buffer result = backend->device().allocate(2 * 5 * sizeof(float));
};

TEST_P(PlanObserverTest, IsToldOfEveryKernelOnceInOrderAndChangesNoBit) {
  for (int i = 0; i < 2 * 192; ++i) input.as<float>()[i] = static_cast<float>(i % 7) - 3;
  const auto alone = run(nullptr);
  Told told;
  EXPECT_EQ(run(&told), alone);
  EXPECT_FALSE(told.open);
  std::vector<std::string> expected;
  for (const Plan::Layer& layer : plan->layers())
    for (const std::string& kernel : layer.kernels) expected.push_back(layer.name + ":" + kernel);
  EXPECT_GE(expected.size(), 2u);
  EXPECT_EQ(told.kernels, expected);
  const size_t count = told.kernels.size();
  EXPECT_EQ(run(nullptr), alone);
  EXPECT_EQ(told.kernels.size(), count) << "it was told after it was taken off";
}

TEST_P(PlanObserverTest, ImplementationJoinsTheKernels) {
  for (const Plan::Layer& layer : plan->layers())
    EXPECT_EQ(layer.implementation,
              layer.kernels.empty() ? "nothing to do" : fmt::format("{}", fmt::join(layer.kernels, " + ")));
}

TEST_P(PlanObserverTest, BytesAreInputsWeightsAndResult) {
  for (const Plan::Layer& layer : plan->layers()) {
    size_t weights = 0, inputs = 0;
    if (layer.name == "conv") weights = 4 * 3 * 9 + 4, inputs = 2 * 192;
    if (layer.name == "fc") weights = 5 * 256 + 5, inputs = 2 * 256;
    if (weights == 0) continue;
    // The cpu backend may keep channels in blocks: a value then takes more than its elements.
    EXPECT_GE(layer.bytes, (weights + inputs) * 4 + layer.value.bytes) << layer.name;
    if (GetParam() == "reference") {
      EXPECT_EQ(layer.bytes, (weights + inputs) * 4 + layer.value.bytes) << layer.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, PlanObserverTest, testing::Values("reference", "cpu"),
                         [](const auto& backend) { return backend.param; });

}  // namespace
}  // namespace fxe::test
