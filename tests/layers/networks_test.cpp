// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "layers/optimize.h"
#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "networks/registry.h"
#include "tests/support/compare.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

struct NetworkCase {
  const char* name;
  const char* spec;
  int64_t batch;
};

// Whole networks with seeded weights, at input sizes that keep the double-precision reference quick.
class Networks : public testing::TestWithParam<NetworkCase> {};

Comparison within_bound(const Model& model, const std::vector<float>& images,
                        const NetworkReference& expected) {
  const auto backend = make_cpu_backend(2);
  return compare(run_model(model, *backend, images, expected.shape[0]), expected.logits,
                 [&](size_t i) { return expected.bound(i); });
}

// With every 97th weight of the last convolution off by a hundredth.
Model damaged(Model model) {
  std::string last;
  for (const Node& node : model.graph.nodes)
    if (const auto* conv = std::get_if<Conv2d>(&node.op)) last = conv->weight;
  Tensor& weight = model.weights.at(last);
  std::vector<float> values = weight.to_float();
  for (size_t i = 0; i < values.size(); i += 97) values[i] *= 1.01f;
  weight = Tensor::from_floats(weight.shape, std::move(values));
  return model;
}

TEST_P(Networks, OnTheCpuAreWithinTheBound) {
  const Model source = with_random_weights(build_network(GetParam().spec), 11), optimized = optimize(source);
  const std::vector<float> images = random_images(source, GetParam().batch, 12);
  const NetworkReference expected = reference_network(source, images, GetParam().batch);
  for (const auto& [name, model] : {std::pair("as it is", &source), std::pair("optimized", &optimized)}) {
    const Comparison c = within_bound(*model, images, expected);
    EXPECT_TRUE(c) << name << ": " << c.message;
    fmt::print("cpu, {}, {}: {:.3g}% of the bound used\n", GetParam().name, name, c.percent_of_bound);
  }
  // The bound is not a formality.
  EXPECT_FALSE(within_bound(damaged(optimized), images, expected));
}

INSTANTIATE_TEST_SUITE_P(
    All, Networks,
    testing::Values(NetworkCase{"AlexNet", "alexnet:classes=100", 1},
                    NetworkCase{"ResNet18", "resnet18:classes=100,input=64", 2},
                    NetworkCase{"CifarResNet20", "cifar_resnet20", 2},
                    NetworkCase{"MobileNet", "mobilenet_v1:classes=100,width=0.25,input=96", 2},
                    NetworkCase{"MobileNetRelu6", "mobilenet_v1:width=0.25,input=64,activation=relu6", 2}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace fxe::test
