// SPDX-License-Identifier: Apache-2.0
// Whole networks compiled for GPUs that are not here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

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

// Every product is one named cuDNN engine, fused with what belongs to it; LeakyReLU alone is a kernel more.
void expect_kernel_of(const Plan::Layer& layer, const std::string& where) {
  const auto* conv = std::get_if<Conv2d>(&layer.op);
  const auto* linear = std::get_if<Linear>(&layer.op);
  if (!conv && !linear) return;
  const Activation act = conv ? conv->act : linear->act;
  const std::string expected = is_depthwise(layer.op) ? "nhwc_depthwise"
                               : act.kind == Activation::Kind::leaky_relu
                                   ? "cudnn engine [0-9]+ \\+ nhwc_pointwise"
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

INSTANTIATE_TEST_SUITE_P(Devices, DescribedGpu,
                         testing::ValuesIn(described_devices().begin(), described_devices().end()),
                         [](const auto& gpu) { return std::string(gpu.param.name); });

// Launches of one enqueue: input, then a kernel per layer, then the output, which fp32 needs no kernel for.
struct Counts {
  const char* network;
  Precision precision;
  size_t cudnn, pools, means, others, all;
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
    EXPECT_EQ(count("nhwc_pool"), expected.pools);
    EXPECT_EQ(count("nhwc_mean"), expected.means);
    EXPECT_EQ(count("nhwc_from_plain") + count("nhwc_to_plain"), expected.others);
    EXPECT_EQ(events.size(), expected.all);
    EXPECT_EQ(events.front().name, "nhwc_from_plain");
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, LaunchCounts,
                         testing::Values(Counts{"alexnet", Precision::fp32, 8, 3, 0, 1, 12},
                                         Counts{"alexnet", Precision::fp16, 8, 3, 0, 2, 13},
                                         Counts{"resnet50", Precision::fp32, 54, 1, 1, 1, 57},
                                         Counts{"resnet50", Precision::fp16, 54, 1, 1, 2, 58}),
                         [](const auto& c) {
                           return fmt::format("{}_{}", c.param.network, name(c.param.precision));
                         });

}  // namespace
}  // namespace fxe::test
