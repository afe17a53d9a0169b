// SPDX-License-Identifier: Apache-2.0
#include "networks/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"

namespace fxe {
namespace {

std::vector<WeightUse> weights(const Graph& graph) {
  const auto shapes = infer_shapes(graph, 1);
  std::vector<WeightUse> uses;
  for (const auto& node : graph.nodes) {
    std::vector<Shape> inputs;
    for (ValueId i : node.inputs) inputs.push_back(shapes[static_cast<size_t>(i)]);
    for (auto& use : weights_of(node.op, inputs)) uses.push_back(use);
  }
  return uses;
}

bool is_statistic(const std::string& name) {
  return name.ends_with("running_mean") || name.ends_with("running_var");
}

int64_t parameters(const Graph& graph) {
  int64_t total = 0;
  for (const auto& use : weights(graph))
    if (!is_statistic(use.name)) total += use.shape.elements();
  return total;
}

int64_t total_multiply_adds(const Graph& graph) {
  const auto shapes = infer_shapes(graph, 1);
  int64_t total = 0;
  for (const auto& node : graph.nodes) {
    std::vector<Shape> inputs;
    for (ValueId i : node.inputs) inputs.push_back(shapes[static_cast<size_t>(i)]);
    total += multiply_adds(node.op, inputs);
  }
  return total;
}

struct Published {
  const char* spec;
  int64_t parameters;
  double million_multiply_adds;
};

class PublishedSizes : public testing::TestWithParam<Published> {};

// Parameters as torchvision's and the CIFAR repository's pages give them, to the last one; multiply-adds as
// published, to the digits published.
TEST_P(PublishedSizes, ParametersAndMultiplyAdds) {
  const auto graph = build_network(GetParam().spec);
  EXPECT_EQ(parameters(graph), GetParam().parameters);
  EXPECT_NEAR(static_cast<double>(total_multiply_adds(graph)) / 1e6, GetParam().million_multiply_adds,
              0.005 * GetParam().million_multiply_adds);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, PublishedSizes,
    testing::Values(Published{"alexnet", 61'100'840, 714}, Published{"resnet18", 11'689'512, 1814},
                    Published{"resnet34", 21'797'672, 3664}, Published{"resnet50", 25'557'032, 4089},
                    Published{"resnet101", 44'549'160, 7801}, Published{"resnet152", 60'192'808, 11514},
                    Published{"cifar_resnet20", 269'722, 40.6}, Published{"cifar_resnet32", 464'154, 68.9},
                    Published{"cifar_resnet44", 658'586, 97.2}, Published{"cifar_resnet56", 853'018, 125.5},
                    Published{"cifar_resnet110", 1'727'962, 252.9}, Published{"mobilenet_v1", 4'231'976, 569},
                    Published{"mobilenet_v1:width=0.25", 470'072, 41}),
    [](const auto& row) {
      std::string name = row.param.spec;
      for (char& c : name)
        if (!isalnum(static_cast<unsigned char>(c))) c = '_';
      return name;
    });

TEST(Registry, EveryNetworkHasALogitsOutput) {
  for (const auto& name : network_names()) {
    const auto graph = build_network(name);
    const auto shape = infer_shapes(graph, 2)[static_cast<size_t>(graph.output)];
    EXPECT_EQ(shape, (Shape{2, name.starts_with("cifar") ? 10 : 1000})) << name;
  }
}

TEST(Registry, OptionsChangeTheGraph) {
  const auto graph =
      build_network("mobilenet_v1:classes=7,input=160x192,width=0.5,activation=leaky_relu,slope=0.1");
  const auto shapes = infer_shapes(graph, 1);
  EXPECT_EQ(shapes.front(), (Shape{1, 3, 160, 192}));
  EXPECT_EQ(shapes[static_cast<size_t>(graph.output)], (Shape{1, 7}));
  bool leaky = false;
  for (const auto& node : graph.nodes)
    if (const auto* act = std::get_if<Activate>(&node.op)) leaky |= act->act == Activation::leaky_relu(0.1f);
  EXPECT_TRUE(leaky);
}

std::string error_of(const std::string& spec) {
  try {
    build_network(spec);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    return e.what();
  }
  return "no error";
}

TEST(Registry, ErrorsSayWhatToDo) {
  EXPECT_THAT(error_of("resnet5"), testing::HasSubstr("nearest: resnet50"));
  EXPECT_THAT(error_of("resnet50:clases=3"), testing::HasSubstr("expected classes, input, width"));
  EXPECT_THAT(error_of("resnet50:classes=many"), testing::HasSubstr("found 'many'"));
  EXPECT_THAT(error_of("resnet50:classes=0"), testing::HasSubstr("from 1"));
  EXPECT_THAT(error_of("resnet50:input"), testing::HasSubstr("key=value"));
  EXPECT_THAT(error_of("alexnet:input=160"), testing::HasSubstr("use input=224"));
  EXPECT_THAT(error_of("mobilenet_v1:width=nan"), testing::HasSubstr("width"));
}

TensorMap tensors_of(const Graph& graph) {
  TensorMap tensors;
  for (const auto& use : weights(graph))
    tensors[use.name] =
        Tensor::from_floats(use.shape, std::vector<float>(static_cast<size_t>(use.shape.elements())));
  return tensors;
}

TEST(Detect, FindsTheNetworkByItsTensors) {
  for (const char* spec : {"alexnet", "resnet18", "resnet50", "cifar_resnet20", "cifar_resnet110:classes=100",
                           "resnet34:classes=37", "mobilenet_v1", "mobilenet_v1:classes=5,width=0.25"}) {
    auto tensors = tensors_of(build_network(spec));
    tensors["bn1.num_batches_tracked"] = Tensor::from_floats({}, {0});
    EXPECT_EQ(detect_network(tensors), spec);
  }
}

TEST(Detect, RefusesWhatDoesNotFit) {
  auto tensors = tensors_of(build_network("resnet18"));
  tensors["fc.weight"] = Tensor::from_floats({1000, 511}, std::vector<float>(1000 * 511));
  EXPECT_EQ(detect_network(tensors), std::nullopt);
  tensors.erase("fc.weight");
  EXPECT_EQ(detect_network(tensors), std::nullopt);
  EXPECT_EQ(detect_network({}), std::nullopt);
}

}  // namespace
}  // namespace fxe
