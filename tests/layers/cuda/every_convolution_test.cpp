// SPDX-License-Identifier: Apache-2.0
// A cuDNN plan for every convolution and fully connected layer of every network, on every described device
// and in each precision it supports. Needs no weights.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "layers/cuda/conv_planner.h"
#include "layers/cuda/conv_step.h"
#include "layers/cuda/layout.h"
#include "layers/optimize.h"
#include "networks/registry.h"

namespace fxe::test {
namespace {

struct Product {
  Op op;
  Shape x, y;
  std::string where;  // the first network and layer that has it
};

// Every distinct one of all networks, as they are once optimised: every activation of a convolution may be
// fused, and a bias is there where a BatchNorm was. `key` leaves out the batch.
std::map<std::string, Product> products_of_all_networks() {
  std::map<std::string, Product> products;
  for (const std::string& network : network_names()) {
    const Graph graph = build_network(network);
    const std::vector<Shape> shapes = infer_shapes(graph, 1);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (!std::holds_alternative<Conv2d>(node.op) && !std::holds_alternative<Linear>(node.op)) continue;
      const Shape& x = shapes[static_cast<size_t>(node.inputs[0])];
      Op op = node.op;
      if (auto* conv = std::get_if<Conv2d>(&op)) conv->weight = conv->bias = "";
      if (auto* linear = std::get_if<Linear>(&op)) linear->weight = linear->bias = "";
      products.try_emplace(op_str(op) + " of " + x.str(),
                           Product{op, x, shapes[i], network + " " + node.name});
    }
  }
  return products;
}

// Nothing where our own kernels do it.
std::optional<CudnnConv> cudnn_conv(const Product& product, int64_t n, DType dtype) {
  if (const auto* linear = std::get_if<Linear>(&product.op)) {
    const NhwcTensor x = cuda::image_of({n, product.x.elements()}, dtype),
                     y = cuda::image_of({n, linear->k}, dtype);
    return CudnnConv{.dtype = dtype, .n = n, .c = x.stored_c, .k = y.stored_c};
  }
  const auto& op = std::get<Conv2d>(product.op);
  const auto at_batch = [n](const Shape& s) { return Shape{n, s[1], s[2], s[3]}; };
  const NhwcTensor x = cuda::image_of(at_batch(product.x), dtype),
                   y = cuda::image_of(at_batch(product.y), dtype);
  if (cuda::is_depthwise(op, x) || !cuda::groups_fit(op, x, y)) return {};
  return cuda::geometry_of(op, x, y);
}

class EveryConvolution : public testing::TestWithParam<DeviceDescription> {};

TEST_P(EveryConvolution, HasAFusedPlanInEveryPrecisionWithinTheWorkspace) {
  static const auto products = products_of_all_networks();
  ASSERT_GT(products.size(), 300u);
  const CudnnTarget target(GetParam());
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::fp16, Precision::bf16}) {
    if (!has_precision(GetParam().compute_capability, precision)) continue;
    const PlanOptions options{precision};
    cuda::ConvPlanner planner(target, options);
    size_t planned = 0, own = 0, largest_workspace_bytes = 0;
    for (const auto& [key, product] : products) {
      auto conv = cudnn_conv(product, 1, cuda::storage_dtype(precision));
      own += !conv;
      if (!conv) continue;
      conv->bias = conv->relu = true;
      const auto plan = planner.plan(*conv);
      ASSERT_TRUE(plan) << GetParam().name << " " << name(precision) << ": no plan for " << product.where
                        << ", " << conv->str();
      EXPECT_LE(plan->workspace_bytes(), options.workspace_limit_bytes) << product.where;
      largest_workspace_bytes = std::max(largest_workspace_bytes, plan->workspace_bytes());
      ++planned;
    }
    fmt::print("{} {}: {} convolutions planned, {} are our own kernels', at most {} bytes of workspace\n",
               GetParam().name, name(precision), planned, own, largest_workspace_bytes);
    EXPECT_GT(planned, 300u);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, EveryConvolution,
                         testing::ValuesIn(described_devices().begin(), described_devices().end()),
                         [](const auto& gpu) { return std::string(gpu.param.name); });

}  // namespace
}  // namespace fxe::test
