// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "layers/cuda/cudnn_plan.h"

#include <gtest/gtest.h>

#include "engine/error.h"
#include "layers/cuda/conv_planner.h"

namespace fxe {
namespace {

CudnnConv bottleneck_end(DType dtype) {  // ResNet-50, layer1: 1x1, 64 -> 256 channels on 56 x 56
  return {.dtype = dtype,
          .n = 1,
          .c = 64,
          .h = 56,
          .w = 56,
          .k = 256,
          .p = 56,
          .q = 56,
          .bias = true,
          .residual = true,
          .relu = true};
}

DType storage(Precision precision) {
  return precision == Precision::fp16 ? DType::f16 : precision == Precision::bf16 ? DType::bf16 : DType::f32;
}

std::vector<cudnnBackendNumericalNote_t> numerics(const CudnnPlan& plan) {
  CudnnDescriptor configuration(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR), engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  plan.descriptor().get_into(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
  configuration.get_into(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
  return engine.values<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                    CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
}

TEST(CudnnPlan, PrecisionDecidesAboutTensorCores) {
  const CudnnTarget h200(described_device("h200"));
  for (const auto& [precision, tensor_cores] : {std::pair{Precision::fp32, false},
                                                {Precision::tf32, true},
                                                {Precision::fp16, true},
                                                {Precision::bf16, true}}) {
    const auto plan = CudnnPlan::choose(make_graph(bottleneck_end(storage(precision))), h200, {precision});
    ASSERT_TRUE(plan) << name(precision);
    const auto notes = numerics(*plan);
    EXPECT_EQ(std::count(notes.begin(), notes.end(), CUDNN_NUMERICAL_NOTE_TENSOR_CORE) > 0, tensor_cores)
        << name(precision);
    for (const auto excluded :
         {CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS,
          CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION})
      EXPECT_EQ(std::count(notes.begin(), notes.end(), excluded), 0) << name(precision);
  }
}

TEST(CudnnPlan, WorkspaceStaysInItsLimit) {
  const CudnnTarget h200(described_device("h200"));
  CudnnConv conv = bottleneck_end(DType::f32);
  conv.filter = {3, 3}, conv.pad = {1, 1, 1, 1};
  for (const size_t limit : {size_t{0}, size_t{64} << 20}) {
    const auto plan = CudnnPlan::choose(make_graph(conv), h200, {Precision::fp32, limit});
    ASSERT_TRUE(plan);
    EXPECT_LE(plan->workspace_bytes(), limit);
  }
}

TEST(CudnnPlan, ReadsBackFromJson) {
  const CudnnTarget h200(described_device("h200"));
  const auto plan = CudnnPlan::choose(make_graph(bottleneck_end(DType::f16)), h200, {Precision::fp16});
  ASSERT_TRUE(plan);
  const CudnnPlan again = CudnnPlan::from_json(plan->json(), h200);
  EXPECT_EQ(again.workspace_bytes(), plan->workspace_bytes());
  EXPECT_EQ(again.json(), plan->json());
  EXPECT_THROW(CudnnPlan::from_json("{}", h200), Error);
}

TEST(CudnnPlan, WhatADeviceCannotDoIsNoPlan) {
  const CudnnTarget t4(described_device("t4"));
  EXPECT_FALSE(CudnnPlan::choose(make_graph(bottleneck_end(DType::bf16)), t4, {Precision::bf16}));
}

TEST(ConvPlanner, PlansEqualConvolutionsOnce) {
  const CudnnTarget h200(described_device("h200"));
  cuda::ConvPlanner planner(h200, {Precision::fp16});
  const CudnnConv conv = bottleneck_end(DType::f16);
  CudnnConv other = conv;
  other.relu = false;
  EXPECT_EQ(planner.plan(conv), planner.plan(conv));
  EXPECT_NE(planner.plan(conv), planner.plan(other));
}

TEST(DescribedDevice, UnknownNamesListTheKnown) {
  try {
    described_device("h2000");
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("h200, a100, l4, t4"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace fxe
