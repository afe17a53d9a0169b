// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/cuda_availability.h"
#include "engine/error.h"
#include "layers/run_layer.h"
#include "tests/layers/cuda/recorded_model.h"
#include "tests/support/op_cases.h"

namespace fxe::test {
namespace {

constexpr Precision kPrecisions[] = {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16};

// Every operation, with inputs in every layout, becomes launches; no case is refused.
TEST(CudaBackend, PreparesEveryOperation) {
  for (const Precision precision : kPrecisions) {
    Recorded gpu(described_device("h200"), precision);
    for (const OpCase& c : op_cases()) {
      const OpData data = make_data(c, Fill::integer);
      for (const RunLayerOptions& options : {RunLayerOptions{}, {true, false}, {true, true}}) {
        LayerRun run;
        ASSERT_NO_THROW(
            run = run_layer(*gpu.backend, "case", c.op, c.shapes, data.inputs, data.weights, options))
            << name(precision) << ": " << c.str();
        EXPECT_FALSE(run.implementation.empty()) << c.str();
      }
    }
  }
}

TEST(CudaBackend, RefusesAPrecisionTheGpuLacks) {
  for (const Precision precision : {Precision::tf32, Precision::bf16}) try {
      Recorded(described_device("t4"), precision);
      FAIL() << name(precision);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      EXPECT_NE(std::string(e.what()).find("sm_75"), std::string::npos) << e.what();
      EXPECT_NE(std::string(e.what()).find(name(precision)), std::string::npos) << e.what();
    }
}

TEST(CudaBackend, NamesTheLayerWhoseWeightFp16CannotHold) {
  Recorded gpu(described_device("h200"), Precision::fp16);
  const TensorMap weights{{"w", Tensor::from_floats({8, 8}, std::vector<float>(64, 1e6f))}};
  try {
    run_layer(*gpu.backend, "fc", Linear{.k = 8, .weight = "w"}, {{1, 8}}, {std::vector<float>(8)}, weights);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_TRUE(std::string(e.what()).starts_with("fc: ")) << e.what();
  }
}

// What cuDNN's kernels leave out, and what does it instead.
TEST(CudaBackend, FallsBackByLayer) {
  Recorded gpu(described_device("h200"), Precision::fp16);
  const auto implementation = [&](Conv2d op, const Shape& x) {
    op.weight = "w", op.bias = "b";
    std::vector<Shape> shapes{x};
    if (op.add_residual) {
      Conv2d plain = op;
      plain.add_residual = false;
      shapes.push_back(output_shape(plain, {x}));
    }
    TensorMap weights;
    for (const WeightUse& use : weights_of(op, shapes))
      weights[use.name] =
          Tensor::from_floats(use.shape, std::vector<float>(static_cast<size_t>(use.shape.elements())));
    std::vector<std::vector<float>> inputs;
    for (const Shape& shape : shapes) inputs.emplace_back(static_cast<size_t>(shape.elements()));
    const std::string found =
        run_layer(*gpu.backend, "conv", op, shapes, inputs, weights, {.after_convolution = true})
            .implementation;
    return found.substr(0, found.find(" engine")) +
           (found.find(" + ") == std::string::npos ? "" : found.substr(found.find(" + ")));
  };
  const Shape x{1, 16, 8, 8};
  const Padding2 one{1, 1, 1, 1};
  EXPECT_EQ(implementation({.k = 32, .act = Activation::relu()}, x), "cudnn");
  EXPECT_EQ(implementation({.k = 32, .add_residual = true, .act = Activation::relu()}, x), "cudnn");
  EXPECT_EQ(implementation({.k = 32, .act = Activation::relu6()}, x), "cudnn + nhwc_pointwise");
  for (const Activation& act : {Activation::silu(), Activation::hard_swish(), Activation::gelu()}) {
    EXPECT_EQ(implementation({.k = 32, .act = act}, x), "cudnn + nhwc_pointwise");
    EXPECT_EQ(implementation({.k = 16, .filter = {3, 3}, .pad = one, .groups = 16, .act = act}, x),
              "nhwc_depthwise");
  }
  EXPECT_EQ(implementation({.k = 32, .filter = {3, 3}, .pad = {0, 0, 1, 1}}, x), "cudnn");
  EXPECT_EQ(implementation({.k = 16, .filter = {3, 3}, .pad = one, .groups = 16}, x), "nhwc_depthwise");
  EXPECT_EQ(implementation({.k = 9, .filter = {3, 3}, .pad = one, .groups = 3}, {1, 6, 8, 8}),
            "nhwc_direct_conv");
}

TEST(CudaBackend, TheRestIsOneKernelEach) {
  Recorded gpu(described_device("h200"), Precision::bf16);
  const Shape x{2, 20, 6, 5}, gate{2, 20, 1, 1};
  const TensorMap weights{{"w", Tensor::from_floats({20}, std::vector<float>(20))}};
  const auto implementation = [&](const Op& op, const std::vector<Shape>& shapes) {
    std::vector<std::vector<float>> inputs;
    for (const Shape& shape : shapes) inputs.emplace_back(static_cast<size_t>(shape.elements()));
    return run_layer(*gpu.backend, "layer", op, shapes, inputs, weights).implementation;
  };
  EXPECT_EQ(implementation(PRelu{"w"}, {x}), "nhwc_prelu");
  EXPECT_EQ(implementation(Scale{"w", "w", Activation::relu()}, {x}), "nhwc_pointwise");
  EXPECT_EQ(implementation(LayerNorm{"w", "w"}, {x}), "nhwc_layer_norm");
  EXPECT_EQ(implementation(ChannelGate{}, {x, gate}), "nhwc_gate");
  EXPECT_EQ(implementation(ChannelShuffle{4}, {x}), "nhwc_shuffle");
  EXPECT_EQ(implementation(ChannelSlice{3, 9}, {x}), "nhwc_slice");
  EXPECT_EQ(implementation(ZeroPad{{1, 1, 1, 1}}, {x}), "nhwc_pad");
}

// Plans of one model for several batches share its weights.
TEST(CudaBackend, WeightsAreConvertedOnce) {
  Recorded gpu(described_device("h200"), Precision::fp16);
  const auto weight_bytes = [&] {
    size_t bytes = 0;
    for (const auto& event : gpu.recorder.events())
      if (event.kind == Recorder::Kind::allocate) bytes += event.bytes;
    return bytes;
  };
  const auto first = compile(zero_model("cifar_resnet20"), *gpu.backend, 1);
  const size_t once = weight_bytes();
  EXPECT_GT(once, 2 * 270'000u);  // 0.27 million parameters of 2 bytes
  EXPECT_LT(once, 2 * 300'000u);
  const auto second = compile(zero_model("cifar_resnet20"), *gpu.backend, 8);
  EXPECT_EQ(weight_bytes(), once);
}

class CudaGpu : public testing::TestWithParam<Precision> {
 protected:
  void SetUp() override {
    if (!cuda_availability().working) GTEST_SKIP() << "no GPU: " << cuda_availability().text;
  }
};

TEST_P(CudaGpu, AgreesWithTheReference) {
  const auto device = make_cuda_device(0);
  std::unique_ptr<Backend> backend;
  try {
    backend = make_cuda_backend(*device, GetParam(), 0);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::bad_input) throw;
    GTEST_SKIP() << e.what();
  }
  run_op_cases(*backend);
  run_nan_cases(*backend, FusedNan::may_be_lost);
}

INSTANTIATE_TEST_SUITE_P(Precisions, CudaGpu, testing::ValuesIn(kPrecisions),
                         [](const auto& precision) { return std::string(name(precision.param)); });

}  // namespace
}  // namespace fxe::test
