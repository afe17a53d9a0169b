// SPDX-License-Identifier: Apache-2.0
// Fully connected layers of many rows on the simulated GPU: compared with double precision, which library
// runs them, in how many kernels, and what happens if cuBLASLt is unavailable.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cuda/cublaslt_library.h"
#include "engine/cuda/cuda_device.h"
#include "engine/cuda/cuda_status.h"
#include "engine/error.h"
#include "layers/cuda/conv_planner.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/cuda/matmul_planner.h"
#include "layers/graph_builder.h"
#include "layers/optimize.h"
#include "layers/plan.h"
#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/rules.h"
#include "tests/support/generate.h"
#include "tests/support/op_cases.h"
#include "tests/tools/command_line.h"

namespace fxe::test {
namespace {

using sim::coverage;
using sim::settings;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Precision kPrecisions[] = {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16};

Linear layer(int64_t k, bool bias, const Activation& act = {}) {
  return {.k = k, .weight = "w", .bias = bias ? "b" : "", .act = act};
}

class SimulatedCublasLt : public testing::Test {
 protected:
  SimulatedCublasLt() { settings().no_cublaslt = settings().no_products = false; }
  ~SimulatedCublasLt() override { settings() = before_; }
  void SetUp() override {
    if (!cublaslt_load_error().empty()) GTEST_SKIP() << "no cuBLASLt: " << cublaslt_load_error();
  }

  std::unique_ptr<Backend> make(Precision precision, CudaPlanOptions options = {}) {
    options.say = [this](const std::string& line) { said_.push_back(line); };
    return make_cuda_backend(*device_, precision, 0, options);
  }
  // Checks the result and returns what computed it.
  std::string run(Backend& backend, const Linear& op, int64_t rows, int64_t depth, Fill fill = Fill::normal) {
    const OpCaseResult result = run_op_case(backend, {op, {{rows, depth}}}, fill);
    EXPECT_TRUE(result.comparison) << name(backend.precision()) << ", " << rows << " x " << depth << ", "
                                   << result.implementation << ": " << result.comparison.message;
    return result.implementation;
  }

  const sim::Settings before_ = settings();
  std::unique_ptr<Device> device_ = make_cuda_device(0);
  std::vector<std::string> said_;
};

// Whole and split products; outputs and depths that do not fill 16 bytes, so that rows are padded.
TEST_F(SimulatedCublasLt, AgreesWithDoublePrecision) {
  for (const Precision precision : kPrecisions)
    for (const size_t workspace : {size_t{0}, size_t{64} << 20}) {
      const auto backend = make(precision, {.workspace_limit_bytes = workspace});
      const auto products = coverage().products;
      size_t expected = 0;
      for (const int64_t rows : {1, 8, 9, 16, 17, 33, 64})
        for (const auto& [k, depth] : {std::pair{1, 5}, {10, 64}, {13, 27}, {100, 203}})
          for (const bool bias : {false, true})
            for (const Activation& act : {Activation::none(), Activation::relu(), Activation::silu()})
              for (const Fill fill : {Fill::normal, Fill::integer}) {
                const std::string by = run(*backend, layer(k, bias, act), rows, depth, fill);
                EXPECT_THAT(by, StartsWith(rows > 8 ? "cublaslt algorithm" : "linear"));
                EXPECT_EQ(by.ends_with("+ nhwc_pointwise"), rows > 8 && act == Activation::silu()) << by;
                expected += rows > 8;
              }
      EXPECT_EQ(coverage().products - products, expected);
    }
  EXPECT_THAT(said_, testing::IsEmpty());
}

// A fused ReLU may lose it; nothing else does.
TEST_F(SimulatedCublasLt, ANanComesOut) {
  for (const bool lost : {false, true}) {
    settings().relu_loses_nan = lost;
    const auto backend = make(Precision::fp16);
    for (const Activation& act : {Activation::none(), Activation::relu(), Activation::relu6()}) {
      OpData data = make_data({layer(10, true, act), {{12, 16}}}, Fill::normal);
      data.inputs[0][3 * 16 + 5] = std::numeric_limits<float>::quiet_NaN();
      const auto y =
          run_layer(*backend, "fc", layer(10, true, act), {{12, 16}}, data.inputs, data.weights).output;
      for (size_t i = 0; i < y.size(); ++i)
        EXPECT_EQ(std::isnan(y[i]), i / 10 == 3 && !(lost && act == Activation::relu())) << i;
    }
  }
}

std::vector<float> logits_of(Plan& plan, Backend& backend, const std::vector<float>& pixels) {
  Device& device = backend.device();
  std::vector<float> logits(static_cast<size_t>(plan.batch() * plan.classes()));
  const Buffer arena = device.allocate(plan.arena_bytes()),
               input = device.allocate(pixels.size() * sizeof(float)),
               output = device.allocate(logits.size() * sizeof(float));
  const auto queue = device.make_queue();
  plan.bind(arena.data(), input.data(), output.data());
  queue->copy(input.data(), pixels.data(), input.bytes());
  plan.enqueue(*queue);
  queue->copy(logits.data(), output.data(), output.bytes());
  queue->wait();
  return logits;
}

// A fully connected layer on flattened images. Its sums of integers and a quarter do not fit into 16 bits.
Model one_layer(int64_t classes) {
  GraphBuilder g;
  Graph graph = g.finish(g.linear("fc", g.flatten("flatten", g.input(5, 4, 3)), classes));
  Random random(5, "weights");
  TensorMap weights;
  const auto add = [&](const std::string& name, const Shape& shape, float offset) {
    std::vector<float> values;
    for (int64_t i = 0; i < shape.elements(); ++i)
      values.push_back(static_cast<float>(random.integer(-2, 2)) + offset);
    weights[name] = Tensor::from_floats(shape, values);
  };
  add("fc.weight", {classes, 60}, 0);
  add("fc.bias", {classes}, 4096.25f);
  return optimize(bind_weights(std::move(graph), std::move(weights), "one layer"));
}

// The output of a large end is fp32, and images are multiplied in the order in which they are kept.
TEST_F(SimulatedCublasLt, LogitsAreNotRounded) {
  const auto reference = make_reference_backend();
  for (const int64_t classes : {65536, 65530}) {  // 65530: in rows of 65532
    const Model model = one_layer(classes);
    std::vector<float> pixels;
    Random random(6, "pixels");
    for (int i = 0; i < 20 * 60; ++i) pixels.push_back(static_cast<float>(random.integer(-2, 2)));
    const auto expected = logits_of(*compile(model, *reference, 20), *reference, pixels);
    for (const Precision precision : kPrecisions) {
      const auto backend = make(precision, {.workspace_limit_bytes = 0});
      const auto plan = compile(model, *backend, 20);
      const auto kernels = coverage().kernels;
      EXPECT_EQ(logits_of(*plan, *backend, pixels), expected) << name(precision);
      EXPECT_EQ(coverage().kernels - kernels, 2u + (classes == 65530)) << "pixels, product, plain rows";
    }
  }
}

TEST_F(SimulatedCublasLt, WhereItDoesNotStartCudnnTakesOver) {
  settings().no_cublaslt = true;
  const auto backend = make(Precision::fp16);
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(run(*backend, layer(10, true, Activation::relu()), 12, 64), StartsWith("cudnn engine"));
  ASSERT_EQ(said_.size(), 1u);
  EXPECT_THAT(said_[0], StartsWith("cuBLASLt does not start ("));
  EXPECT_THAT(said_[0], HasSubstr("): fully connected layers of larger batches are left to cuDNN"));
  // cuDNN would round the logits.
  EXPECT_EQ(compile(one_layer(1 << 16), *backend, 20)->head(), "linear_tail");
  settings().no_cublaslt = false;
  EXPECT_EQ(compile(one_layer(1 << 16), *make(Precision::fp16), 20)->head(), "");
}

TEST_F(SimulatedCublasLt, WhatItHasNoAlgorithmForIsCudnns) {
  settings().no_products = true;
  const auto backend = make(Precision::bf16);
  for (const int64_t rows : {12, 12, 13})
    EXPECT_THAT(run(*backend, layer(10, false), rows, 64), StartsWith("cudnn engine"));
  EXPECT_THAT(said_, testing::ElementsAre(
                         "cuBLASLt has no plan for bf16 rows 12 outputs 16 depth 64 to bf16 (no algorithm "
                         "suits): left to cuDNN",
                         HasSubstr("rows 13")));
}

// --autotune measures which is faster, and the cache remembers it.
TEST_F(SimulatedCublasLt, TheFasterOfTheTwoIsTaken) {
  const Folder folder;
  const CudaPlanOptions timed{.autotune = true, .cache_folder = folder / "plans"},
      untimed{.cache_folder = folder / "plans"};
  const Linear op = layer(10, true, Activation::relu());
  EXPECT_THAT(run(*make(Precision::fp16, timed), op, 9, 64),
              testing::AnyOf(StartsWith("cublaslt"), StartsWith("cudnn")));

  const CudaStatus status = cuda_status();
  const PlanCacheKey key{status.devices[0].name,
                         status.devices[0].compute_capability,
                         status.devices[0].multiprocessors,
                         status.driver_version,
                         status.cudnn_version,
                         Precision::fp16,
                         PlanOptions{}.workspace_limit_bytes};
  const std::string product = fmt::format("cublaslt {} {}", cublasLtGetVersion(),
                                          LtMatmul{DType::f16, DType::f16, 9, 16, 64, true, true}.str()),
                    conv =
                        CudnnConv{.dtype = DType::f16, .n = 9, .c = 64, .k = 16, .bias = true, .relu = true}
                            .str();
  const auto say = [this](const std::string& line) { said_.push_back(line); };
  for (const bool cudnn : {true, false}) {
    {
      PlanCache cache(folder / "plans", key, say);
      EXPECT_EQ(cache.size(), 2u);
      for (const std::string& problem : {product, conv}) {
        const PlanCache::Entry* found = cache.find(problem);
        ASSERT_TRUE(found) << problem;
        ASSERT_TRUE(found->timed_ms) << problem;
        cache.add(problem, {found->choice, cudnn == (problem == conv) ? 0.5 : 1.0});
      }
    }
    EXPECT_THAT(run(*make(Precision::fp16, untimed), op, 9, 64), StartsWith(cudnn ? "cudnn" : "cublaslt"));
  }
  EXPECT_THAT(said_, testing::IsEmpty());
}

// A cached choice is used only if candidates() would return it.
TEST_F(SimulatedCublasLt, AChoiceThatDoesNotSuitIsChosenAnew) {
  for (const Precision precision : {Precision::fp32, Precision::fp16}) {
    const DType type = precision == Precision::fp16 ? DType::f16 : DType::f32;
    const LtMatmul product{type, type, 20, 16, 128};
    const auto recalls = [&](const PlanChoice& choice) {
      PlanCache cache({}, {}, [](const std::string&) {});
      cache.add(fmt::format("cublaslt {} {}", cublasLtGetVersion(), product.str()), {choice, {}});
      cuda::MatmulPlanner planner(0, {precision}, &cache, [](const std::string&) {});
      EXPECT_TRUE(planner.handle());
      const auto plan = planner.plan(product);
      EXPECT_TRUE(plan);
      EXPECT_EQ(cache.find(fmt::format("cublaslt {} {}", cublasLtGetVersion(), product.str()))->choice,
                plan->choice());
      return planner.recalled() == 1;
    };
    cuda::MatmulPlanner planner(0, {precision}, nullptr, [](const std::string&) {});
    EXPECT_TRUE(planner.handle());
    const PlanChoice good = planner.plan(product)->choice();
    EXPECT_GT(planner.plan(product)->workspace_bytes(), 0u) << "computed in parts";
    EXPECT_TRUE(recalls(good));
    const auto with = [&](int64_t engine, cublasLtMatmulAlgoConfigAttributes_t knob, int64_t value) {
      PlanChoice choice = good;
      choice.engine = engine;
      for (auto& [number, held] : choice.knobs)
        if (number == knob) held = value;
      return choice;
    };
    EXPECT_FALSE(recalls(with(99, CUBLASLT_ALGO_CONFIG_STAGES_ID, 0))) << "no such algorithm";
    EXPECT_FALSE(recalls(with(precision == Precision::fp32, CUBLASLT_ALGO_CONFIG_STAGES_ID, 0)))
        << "numerics";
    EXPECT_FALSE(recalls(
        with(good.engine, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE)))
        << "parts that are rounded";
    EXPECT_FALSE(recalls(with(good.engine, CUBLASLT_ALGO_CONFIG_SPLITK_NUM, 1 << 20)));
    PlanChoice strange = good;
    strange.knobs.emplace_back(-7, 1);
    EXPECT_FALSE(recalls(strange));
  }
}

// Each rule of the stand-in, broken once.
class SimulatedProducts : public sim::SimulatedRules {
 protected:
  void SetUp() override {
    if (!cublaslt_load_error().empty()) GTEST_SKIP() << "no cuBLASLt: " << cublaslt_load_error();
    ASSERT_TRUE(planner_.handle());
    plan_ = planner_.plan({DType::f16, DType::f16, 9, 16, 64});
    ASSERT_TRUE(plan_);
  }
  Buffer memory(size_t bytes) { return device_memory_->allocate(bytes); }

  std::unique_ptr<Device> device_memory_ = make_cuda_device(0);
  cuda::MatmulPlanner planner_{0, {Precision::fp16}, nullptr, [](const std::string&) {}};
  std::shared_ptr<const LtPlan> plan_;
  Buffer x_ = memory(9 * 64 * 2), w_ = memory(16 * 64 * 2), y_ = memory(9 * 16 * 2),
         workspace_ = memory(1 << 16);
};

TEST_F(SimulatedProducts, AreCapturedAsTwoKernelsWhereTheyAreInParts) {
  const cudaGraph_t graph = new_graph();
  begin(stream_, graph);
  plan_->enqueue(planner_.handle(), {x_.data(), w_.data(), nullptr, y_.data(), workspace_.data()}, stream_);
  end(stream_);
  size_t nodes = 0;
  EXPECT_OK(cudaGraphGetNodes(graph, nullptr, &nodes));
  EXPECT_EQ(nodes, 2u);
  EXPECT_OK(cudaGraphDestroy(graph));
}

TEST_F(SimulatedProducts, KeepToTheRules) {
  const auto fails = [&](const LtPlan::Addresses& at) {
    try {
      plan_->enqueue(planner_.handle(), at, stream_);
    } catch (const Error&) {  // the second of its kernels, after the first has failed
    }
    std::_Exit(cudaStreamSynchronize(stream_) == cudaErrorIllegalAddress ? 0 : 1);
  };
  const auto exits = testing::ExitedWithCode(0);
  const LtPlan::Addresses good{x_.data(), w_.data(), nullptr, y_.data(), workspace_.data()};
  LtPlan::Addresses at = good;
  at.x = x_.data() + 16;
  EXPECT_EXIT(fails(at), exits, "not inside one allocation");
  at = good, at.x = x_.data() + 2;
  EXPECT_EXIT(fails(at), exits, "not aligned");
  at = good, at.y = w_.data();
  EXPECT_EXIT(fails(at), exits, "writes over what it reads");
  at = good, at.workspace = y_.data();
  EXPECT_EXIT(fails(at), exits, "not inside one allocation");
  at = good, at.workspace = workspace_.data() + 16;
  EXPECT_THROW(plan_->enqueue(planner_.handle(), at, stream_), Error) << "aligned to 256 bytes";
  EXPECT_THROW(plan_->enqueue(nullptr, good, stream_), Error) << "no handle";
}

}  // namespace
}  // namespace fxe::test
