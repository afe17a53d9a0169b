// SPDX-License-Identifier: Apache-2.0
// Whole networks compiled for GPUs that are not present.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "layers/graph_builder.h"
#include "tests/layers/cuda/recorded_model.h"

namespace fxe::test {
namespace {

constexpr size_t kWorkspaceLimitBytes = size_t{64} << 20;
const std::vector<std::string> kNetworks{
    "alexnet",        "resnet18",     "resnet50",
    "cifar_resnet20", "mobilenet_v1", "mobilenet_v1:width=0.25,activation=leaky_relu,slope=0.1"};

bool is_depthwise(const Op& op) {
  const auto* conv = std::get_if<Conv2d>(&op);
  return conv && conv->groups > 1;  // of these networks
}

// Every product is one kernel: ours for fully connected layers of few rows, otherwise a named cuDNN engine,
// fused with what belongs to it; activations other than ReLU take one more kernel.
void expect_kernel_of(const Plan::Layer& layer, const std::string& where) {
  const auto* conv = std::get_if<Conv2d>(&layer.op);
  const auto* linear = std::get_if<Linear>(&layer.op);
  if (!conv && !linear) return;
  const Activation act = conv ? conv->act : linear->act;
  const std::string expected = is_depthwise(layer.op)             ? "nhwc_depthwise"
                               : linear                           ? "linear"
                               : act && act != Activation::relu() ? "cudnn engine [0-9]+ \\+ nhwc_pointwise"
                                                                  : "cudnn engine [0-9]+";
  EXPECT_TRUE(std::regex_match(layer.implementation, std::regex(expected)))
      << where << ", " << layer.name << ": expected " << expected << ", found " << layer.implementation;
  EXPECT_LE(layer.workspace_bytes, kWorkspaceLimitBytes) << where << ", " << layer.name;
}

size_t kernels_of(const Plan::Layer& layer) {
  if (layer.implementation == "nothing to do") return 0;
  return 1 + static_cast<size_t>(std::count(layer.implementation.begin(), layer.implementation.end(), '+'));
}

class DescribedGpu : public testing::TestWithParam<DeviceDescription> {};

TEST_P(DescribedGpu, RunsEveryNetworkAsLaunchesOnly) {
  size_t largest_workspace_bytes = 0;
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16}) {
    if (!has_precision(GetParam().compute_capability, precision)) continue;
    Recorded gpu(GetParam(), precision);
    for (const std::string& network : kNetworks) {
      std::vector<std::unique_ptr<Plan>> plans;  // together, so that they share weights
      for (const int64_t batch : {1, 8}) {
        const std::string where =
            fmt::format("{} {} {} batch {}", GetParam().name, name(precision), network, batch);
        plans.push_back(compile(zero_model(network), *gpu.backend, batch));
        Plan& plan = *plans.back();
        size_t kernels = 0;
        for (const Plan::Layer& layer : plan.layers()) {
          expect_kernel_of(layer, where);
          kernels += kernels_of(layer);
          largest_workspace_bytes = std::max(largest_workspace_bytes, layer.workspace_bytes);
        }
        const auto events = gpu.enqueue(plan);
        EXPECT_EQ(events.size(), kernels) << where;
        for (const auto& event : events) EXPECT_EQ(event.kind, Recorder::Kind::launch) << where;
      }
    }
  }
  RecordProperty("largest_workspace_bytes", std::to_string(largest_workspace_bytes));
  fmt::print("{}: at most {} bytes of cuDNN workspace in a layer\n", GetParam().name,
             largest_workspace_bytes);
}

// Blocks of MobileNetV3, ShuffleNetV2, ConvNeXt and MobileFaceNet, with channels that fill no vector.
Graph blocks() {
  GraphBuilder g;
  ValueId x = g.input(3, 64, 64);
  x = g.conv("stem", x,
             {.k = 20, .filter = {3, 3}, .stride = {2, 2}, .pad = same(1), .act = Activation::hard_swish()});
  ValueId y =
      g.conv("depthwise", x,
             {.k = 20, .filter = {5, 5}, .pad = same(2), .groups = 20, .act = Activation::hard_swish()});
  ValueId gate = g.global_average_pool("squeeze", y);
  gate = g.conv("reduce", gate, {.k = 12, .act = Activation::relu()}, GraphBuilder::Bias::yes);
  gate = g.conv("expand", gate, {.k = 20, .act = Activation::hard_sigmoid()}, GraphBuilder::Bias::yes);
  y = g.channel_gate("gate", y, gate);
  x = g.conv("project", y, {.k = 20});
  const ValueId left = g.channel_slice("left", x, 0, 10);
  ValueId right = g.channel_slice("right", x, 10, 10);
  right = g.prelu("prelu", g.conv("branch", right, {.k = 10}));
  x = g.channel_shuffle("shuffle", g.concat("join", {left, right}), 2);
  y = g.layer_norm("norm", x);
  y = g.conv("pwconv1", y, {.k = 80, .act = Activation::gelu()}, GraphBuilder::Bias::yes);
  y = g.layer_scale("gamma", g.conv("pwconv2", y, {.k = 20}, GraphBuilder::Bias::yes));
  x = g.node("pad", ZeroPad{{0, 0, 1, 1}}, {g.add("sum", x, y)});
  x = g.node("pool", Pool2d{.filter = {3, 3}, .stride = {2, 2}}, {x});
  return g.finish(
      g.linear("fc", g.flatten("flatten", g.global_average_pool("mean", x)), 10, Activation::sigmoid()));
}

TEST_P(DescribedGpu, RunsTheBlocksOfSmallNetworks) {
  const Model model = zero_model(blocks());
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16}) {
    if (!has_precision(GetParam().compute_capability, precision)) continue;
    Recorded gpu(GetParam(), precision);
    for (const int64_t batch : {1, 8}) {
      const std::string where = fmt::format("{} {} batch {}", GetParam().name, name(precision), batch);
      const auto plan = compile(model, *gpu.backend, batch);
      std::vector<std::string> kernels;
      for (const Plan::Layer& layer : plan->layers()) expect_kernel_of(layer, where);
      for (const auto& event : gpu.enqueue(*plan)) {
        EXPECT_EQ(event.kind, Recorder::Kind::launch) << where;
        kernels.push_back(event.name.starts_with("cudnn") ? "cudnn" : event.name);
      }
      for (const char* own : {"nhwc_depthwise", "nhwc_gate", "nhwc_slice", "nhwc_prelu", "nhwc_shuffle",
                              "nhwc_layer_norm", "nhwc_pointwise"})
        EXPECT_TRUE(std::count(kernels.begin(), kernels.end(), own)) << where << ": no " << own;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, DescribedGpu,
                         testing::ValuesIn(described_devices().begin(), described_devices().end()),
                         [](const auto& gpu) { return std::string(gpu.param.name); });

// cuBLASLt's; the last of them makes fp32, so that nothing has to make plain rows of it.
TEST(ManyRows, OfFullyConnectedLayersAreOneKernelEach) {
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16}) {
    Recorded gpu(described_device("h200"), precision);
    const auto plan = compile(zero_model("alexnet"), *gpu.backend, 32);
    // 2^26 products are few enough for the kernel that runs the tail too, and strict fp32 has no tensor
    // cores.
    EXPECT_EQ(plan->head(), precision == Precision::fp32 ? "linear_tail" : "");
    EXPECT_EQ(compile(zero_model("alexnet"), *gpu.backend, 16)->head(), "linear_tail");
    std::map<std::string, int> kernels;
    for (const auto& event : gpu.enqueue(*plan))
      ++kernels[event.name.starts_with("cudnn") ? "cudnn" : event.name];
    EXPECT_EQ(kernels, (std::map<std::string, int>{
                           {"nhwc_from_plain", 1}, {"cudnn", 5}, {"nhwc_pool", 3}, {"cublaslt", 3}}))
        << name(precision);
  }
}

// Launches of one enqueue: input, then a kernel per layer, then the output, which fp32 needs no kernel for.
struct Counts {
  const char* network;
  Precision precision;
  size_t cudnn, linears, pools, means, others, all;
};

class LaunchCounts : public testing::TestWithParam<Counts> {};

TEST_P(LaunchCounts, AreThese) {
  const Counts& expected = GetParam();
  Recorded gpu(described_device("h200"), expected.precision);
  std::vector<std::unique_ptr<Plan>> plans;  // together, so that they share weights
  for (const int64_t batch : {1, 8}) {
    plans.push_back(compile(zero_model(expected.network), *gpu.backend, batch));
    const auto events = gpu.enqueue(*plans.back());
    const auto count = [&](std::string_view prefix) {
      return static_cast<size_t>(std::count_if(events.begin(), events.end(),
                                               [&](const auto& e) { return e.name.starts_with(prefix); }));
    };
    EXPECT_EQ(count("cudnn"), expected.cudnn);
    EXPECT_EQ(count("linear"), expected.linears);
    EXPECT_EQ(count("nhwc_pool"), expected.pools);
    EXPECT_EQ(count("nhwc_mean"), expected.means);
    EXPECT_EQ(count("nhwc_from_plain") + count("nhwc_to_plain"), expected.others);
    EXPECT_EQ(events.size(), expected.all);
    EXPECT_EQ(events.front().name, "nhwc_from_plain");
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, LaunchCounts,
                         testing::Values(Counts{"alexnet", Precision::fp32, 5, 3, 3, 0, 1, 12},
                                         Counts{"alexnet", Precision::fp16, 5, 3, 3, 0, 2, 13},
                                         Counts{"resnet50", Precision::fp32, 53, 1, 1, 1, 1, 57},
                                         Counts{"resnet50", Precision::fp16, 53, 1, 1, 1, 2, 58}),
                         [](const auto& c) {
                           return fmt::format("{}_{}", c.param.network, name(c.param.precision));
                         });

}  // namespace
}  // namespace fxe::test
