// SPDX-License-Identifier: Apache-2.0
// Heads fused with the tail, from a graph to the decision, with our kernels on the host. Weights and pixels
// are small integers, so every sum is exact in every precision.
#include <gtest/gtest.h>

#include "layers/cuda/cuda_backend.h"
#include "layers/graph_builder.h"
#include "layers/optimize.h"
#include "layers/plan.h"
#include "tests/kernels/head_memory.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr int64_t kClasses = 21;

std::vector<float> integers(Random& random, int64_t count) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.integer(-2, 2)));
  return values;
}

Model integer_model(Graph graph) {
  Random random(3, "weights");
  const std::vector<Shape> shapes = infer_shapes(graph, 1);
  TensorMap weights;
  for (const Node& node : graph.nodes) {
    for (const WeightUse& use : weights_of(node.op, input_shapes(node, shapes)))
      weights[use.name] = Tensor::from_floats(use.shape, integers(random, use.shape.elements()));
  }
  return optimize(bind_weights(std::move(graph), std::move(weights), "integers"));
}

// Only depthwise convolutions in front: the others are cuDNN's.
ValueId trunk(GraphBuilder& g) {
  return g.conv("depthwise", g.input(5, 4, 4), {.k = 5, .filter = {3, 3}, .pad = same(1), .groups = 5});
}

Graph ends_fully_connected() {
  GraphBuilder g;
  const ValueId x = g.flatten("flatten", trunk(g));
  return g.finish(g.linear("fc", x, kClasses));
}

Graph ends_in_a_pool() {
  GraphBuilder g;
  ValueId x = g.conv("conv10", trunk(g), {.k = kClasses, .act = Activation::relu()}, GraphBuilder::Bias::yes);
  x = g.global_average_pool("pool", x);
  return g.finish(g.flatten("flatten", x));
}

struct Outcome {
  std::string head;
  std::vector<float> logits;
  std::vector<RowResult> results;
};

// `rows` live images through a plan for `batch`.
Outcome run(const Model& model, Backend& backend, int64_t batch, int32_t rows, bool fused) {
  const auto queue = backend.device().make_queue();
  const auto plan = compile(model, backend, batch);
  const Buffer arena = backend.device().allocate(plan->arena_bytes());
  const Buffer input = backend.device().allocate(static_cast<size_t>(batch * plan->input_elements()) * 4);
  const Buffer logits = backend.device().allocate(static_cast<size_t>(batch * kClasses) * 4);
  Random random(4, "pixels");
  const std::vector<float> pixels = integers(random, batch * plan->input_elements());
  std::copy(pixels.begin(), pixels.end(), input.as<float>());
  plan->bind(arena.data(), input.data(), logits.data());

  HeadMemory memory(static_cast<int32_t>(batch), static_cast<int32_t>(kClasses));
  memory.live_count = rows;
  TailCall call = memory.call();
  call.arguments.logits = logits.as<float>();
  if (fused) {
    plan->enqueue_with_tail(*queue, call);
  } else {
    plan->enqueue(*queue);
    launch_tail(*queue, call, static_cast<int32_t>(batch));
  }
  return {plan->head(), {logits.as<float>(), logits.as<float>() + rows * kClasses}, memory.results};
}

// From the reference backend, which has no tail: its logits only.
std::vector<float> reference_logits(const Model& model, int64_t batch, int32_t rows) {
  const auto backend = make_reference_backend();
  const auto queue = backend->device().make_queue();
  const auto plan = compile(model, *backend, batch);
  const Buffer arena = backend->device().allocate(plan->arena_bytes());
  Random random(4, "pixels");
  std::vector<float> pixels = integers(random, batch * plan->input_elements());
  std::vector<float> logits(static_cast<size_t>(batch * kClasses));
  plan->bind(arena.data(), pixels.data(), logits.data());
  plan->enqueue(*queue);
  logits.resize(static_cast<size_t>(rows * kClasses));
  return logits;
}

class Heads : public testing::TestWithParam<Precision> {
 protected:
  std::unique_ptr<Device> device_ = make_host_device();
  std::unique_ptr<Backend> backend_ = make_cuda_backend(*device_, GetParam(), described_device("h200"));
};

TEST_P(Heads, FullyConnectedAtEveryBatch) {
  const Model model = integer_model(ends_fully_connected());
  for (const int64_t batch : {1, 3, 8, 20})
    for (const int32_t rows : {static_cast<int32_t>(batch), 1}) {
      const Outcome fused = run(model, *backend_, batch, rows, true);
      EXPECT_EQ(fused.head, "linear_tail");
      EXPECT_EQ(fused.logits, reference_logits(model, batch, rows)) << batch << " " << rows;
      if (batch > 8) continue;  // cuBLASLt's
      const Outcome separate = run(model, *backend_, batch, rows, false);
      EXPECT_EQ(separate.logits, fused.logits);
      for (size_t r = 0; r < static_cast<size_t>(rows); ++r) {
        EXPECT_EQ(separate.results[r].label, fused.results[r].label);
        EXPECT_EQ(separate.results[r].status, fused.results[r].status);
        EXPECT_EQ(separate.results[r].members, 1);
        EXPECT_EQ(fused.results[r].members, 1);
        EXPECT_NEAR(separate.results[r].margin, fused.results[r].margin, 1e-6f);
      }
    }
}

TEST_P(Heads, ConvolutionAndPoolAtFewImages) {
  const Model model = integer_model(ends_in_a_pool());
  for (const int64_t batch : {1, 4, 5}) {
    if (batch > 4 && GetParam() != Precision::fp32) {
      EXPECT_EQ(compile(model, *backend_, batch)->head(), "pool_tail")
          << "the product is left to tensor cores";
      continue;
    }
    const Outcome fused = run(model, *backend_, batch, static_cast<int32_t>(batch), true);
    EXPECT_EQ(fused.head, "conv_pool_tail");
    EXPECT_EQ(fused.logits, reference_logits(model, batch, static_cast<int32_t>(batch))) << batch;
  }
}

// Whatever precedes the pool, at every batch size.
TEST_P(Heads, PoolAlone) {
  GraphBuilder g;
  const ValueId x = g.conv("depthwise", g.input(kClasses, 5, 4),
                           {.k = kClasses, .filter = {3, 3}, .pad = same(1), .groups = kClasses});
  const Model model = integer_model(g.finish(g.flatten("flatten", g.global_average_pool("pool", x))));
  for (const int64_t batch : {1, 4, 13})
    for (const int32_t rows : {static_cast<int32_t>(batch), 1}) {
      const Outcome fused = run(model, *backend_, batch, rows, true);
      EXPECT_EQ(fused.head, "pool_tail");
      EXPECT_EQ(fused.logits, reference_logits(model, batch, rows)) << batch << " " << rows;
    }
}

// If the end is something else, or something else reads its input.
TEST_P(Heads, OtherEndsHaveNoneOrThePoolAlone) {
  const auto head_of = [&](auto write) {
    GraphBuilder g;
    const ValueId x = g.input(16, 4, 4);
    return compile(integer_model(g.finish(write(g, x))), *backend_, 1)->head();
  };
  EXPECT_EQ(head_of([](GraphBuilder& g, ValueId x) {
              return g.linear("fc", g.flatten("flatten", x), 8, Activation::relu());
            }),
            "");
  EXPECT_EQ(head_of([](GraphBuilder& g, ValueId x) {
              const ValueId y = g.conv("conv", x, {.k = 16}), pool = g.global_average_pool("pool", x);
              return g.flatten("flatten", g.add("sum", g.global_average_pool("mean", y), pool));
            }),
            "");
  for (const Conv2d& conv : {Conv2d{.k = 8, .filter = {3, 3}}, Conv2d{.k = 8, .stride = {2, 2}},
                             Conv2d{.k = 8, .pad = same(1)}, Conv2d{.k = 8, .groups = 2}})
    EXPECT_EQ(head_of([&](GraphBuilder& g, ValueId x) {
                return g.flatten("flatten", g.global_average_pool("pool", g.conv("conv", x, conv)));
              }),
              "pool_tail");
}

INSTANTIATE_TEST_SUITE_P(Precisions, Heads,
                         testing::Values(Precision::fp32, Precision::fp16, Precision::bf16),
                         [](const auto& precision) { return std::string(name(precision.param)); });

}  // namespace
}  // namespace fxe::test
