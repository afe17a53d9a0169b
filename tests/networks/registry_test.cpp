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
    for (auto& use : weights_of(node.op, input_shapes(node, shapes))) uses.push_back(use);
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
    total += multiply_adds(node.op, input_shapes(node, shapes));
  }
  return total;
}

struct Published {
  const char* spec;
  int64_t parameters;
  double million_multiply_adds;
};

class PublishedSizes : public testing::TestWithParam<Published> {};

// Parameters as on torchvision's, timm's and the CIFAR repository's pages, exactly; multiply-adds as
// published, to the published digits. cifar_alexnet, which is published here, is counted by hand: 24 x 75 x
// 32 x 32 + 48 x 216 x 16 x 16 + (96 x 432 + 64 x 864 + 64 x 576) x 8 x 8 + 128 x 1024 + 1280.
TEST_P(PublishedSizes, ParametersAndMultiplyAdds) {
  const auto graph = build_network(GetParam().spec);
  EXPECT_EQ(parameters(graph), GetParam().parameters);
  EXPECT_NEAR(static_cast<double>(total_multiply_adds(graph)) / 1e6, GetParam().million_multiply_adds,
              0.005 * GetParam().million_multiply_adds);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, PublishedSizes,
    testing::Values(
        Published{"alexnet", 61'100'840, 714}, Published{"resnet18", 11'689'512, 1814},
        Published{"resnet34", 21'797'672, 3664}, Published{"resnet50", 25'557'032, 4089},
        Published{"resnet101", 44'549'160, 7801}, Published{"resnet152", 60'192'808, 11514},
        Published{"cifar_alexnet", 278'586, 13.17}, Published{"cifar_resnet20", 269'722, 40.6},
        Published{"cifar_resnet32", 464'154, 68.9}, Published{"cifar_resnet44", 658'586, 97.2},
        Published{"cifar_resnet56", 853'018, 125.5}, Published{"cifar_resnet110", 1'727'962, 252.9},
        Published{"mobilenet_v1", 4'231'976, 569}, Published{"mobilenet_v1:width=0.25", 470'072, 41},
        Published{"resnext50_32x4d", 25'028'904, 4230}, Published{"resnext101_32x8d", 88'791'336, 16410},
        Published{"resnext101_64x4d", 83'455'272, 15460}, Published{"wide_resnet50_2", 68'883'240, 11400},
        Published{"wide_resnet101_2", 126'886'696, 22750}, Published{"vgg11", 132'863'336, 7610},
        Published{"vgg13", 133'047'848, 11310}, Published{"vgg16", 138'357'544, 15470},
        Published{"vgg19", 143'667'240, 19630}, Published{"vgg11_bn", 132'868'840, 7610},
        Published{"vgg13_bn", 133'053'736, 11310}, Published{"vgg16_bn", 138'365'992, 15470},
        Published{"vgg19_bn", 143'678'248, 19630}, Published{"timm_vgg11", 132'863'336, 7610},
        Published{"timm_vgg19_bn", 143'678'248, 19630}, Published{"squeezenet1_0", 1'248'424, 819},
        Published{"squeezenet1_1", 1'235'496, 349}, Published{"densenet121", 7'978'856, 2834},
        Published{"densenet161", 28'681'000, 7728}, Published{"densenet169", 14'149'480, 3360},
        Published{"densenet201", 20'013'928, 4291}, Published{"googlenet", 6'624'904, 1498},
        Published{"mobilenet_v2", 3'504'872, 301}, Published{"mobilenetv2_100", 3'504'872, 301},
        Published{"mobilenet_v3_large", 5'483'032, 217}, Published{"mobilenet_v3_small", 2'542'856, 56.5},
        Published{"mobilenetv3_large_100", 5'483'032, 217},
        Published{"mobilenetv3_small_100", 2'542'856, 56.5}, Published{"shufflenet_v2_x0_5", 1'366'792, 40.4},
        Published{"shufflenet_v2_x1_0", 2'278'604, 144.9}, Published{"shufflenet_v2_x1_5", 3'503'624, 296},
        Published{"shufflenet_v2_x2_0", 7'393'996, 583}, Published{"efficientnet_b0", 5'288'548, 386},
        Published{"efficientnet_b1", 7'794'184, 687}, Published{"efficientnet_b2", 9'109'994, 1088},
        Published{"efficientnet_b3", 12'233'232, 1827}, Published{"efficientnet_b4", 19'341'616, 4394},
        Published{"efficientnet_b5", 30'389'784, 10266}, Published{"efficientnet_b6", 43'040'704, 19068},
        Published{"efficientnet_b7", 66'347'960, 37746}, Published{"tf_efficientnet_b7", 66'347'960, 37746},
        Published{"resnetaa50", 25'557'032, 5150}, Published{"timm_efficientnet_b0", 5'288'548, 386},
        Published{"convnext_tiny", 28'589'128, 4456}, Published{"convnext_small", 50'223'688, 8684},
        Published{"convnext_base", 88'591'464, 15355}, Published{"convnext_large", 197'767'336, 34361},
        Published{"timm_convnext_tiny", 28'589'128, 4456}),
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
  EXPECT_THAT(error_of("resnet50:clases=3"),
              testing::HasSubstr("'clases': resnet50 takes classes and input"));
  EXPECT_THAT(error_of("resnet50:classes=many"), testing::HasSubstr("found 'many'"));
  EXPECT_THAT(error_of("resnet50:classes=0"), testing::HasSubstr("from 1"));
  EXPECT_THAT(error_of("resnet50:input"), testing::HasSubstr("key=value"));
  EXPECT_THAT(error_of("alexnet:input=160"), testing::HasSubstr("use input=224"));
  EXPECT_THAT(error_of("mobilenet_v1:width=nan"), testing::HasSubstr("width"));
  EXPECT_THAT(error_of("resnet50:width=0.5"),
              testing::HasSubstr("'width': resnet50 takes classes and input"));
  EXPECT_THAT(error_of("mobilenet_v2:slope=0.1"), testing::HasSubstr("takes width, classes and input"));
  EXPECT_THAT(error_of("googlenet:transform_input=yes"), testing::HasSubstr("true or false, found 'yes'"));
}

// Shapes alone: detection reads no values.
TensorMap tensors_of(const Graph& graph) {
  TensorMap tensors;
  for (const auto& use : weights(graph)) tensors[use.name].shape = use.shape;
  return tensors;
}

std::vector<std::string> recognised(const TensorMap& tensors) {
  std::vector<std::string> specs;
  for (const auto& network : recognise_networks(tensors)) specs.push_back(network.spec);
  return specs;
}

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Recognise, FindsEveryNetworkByItsTensors) {
  for (const auto& name : network_names()) {
    auto tensors = tensors_of(build_network(name));
    tensors["bn1.num_batches_tracked"].shape = {};
    EXPECT_THAT(recognised(tensors), Contains(name == "googlenet" ? name + ":transform_input=true" : name));
  }
}

TEST(Recognise, FindsClassesAndWidth) {
  for (const char* spec :
       {"cifar_resnet110:classes=100", "resnet34:classes=37", "vgg11:classes=3", "squeezenet1_1:classes=12",
        "densenet121:classes=4", "mobilenet_v2:classes=1000,width=0.5"})
    EXPECT_THAT(recognised(tensors_of(build_network(spec))), ElementsAre(spec));
}

TEST(Recognise, FindsAllThatReadTheSameTensors) {
  EXPECT_THAT(recognised(tensors_of(build_network("resnetblur18:classes=7"))),
              ElementsAre("resnet18:classes=7", "resnetblur18:classes=7"));
  EXPECT_THAT(recognised(tensors_of(build_network("resnet50"))),
              ElementsAre("resnet50", "resnetaa50", "resnetblur50"));
  EXPECT_THAT(
      recognised(tensors_of(build_network("mobilenet_v1:classes=5,width=0.25"))),
      ElementsAre("mobilenet_v1:classes=5,width=0.25", "mobilenet_v1:classes=5,width=0.25,activation=relu6",
                  "mobilenet_v1:classes=5,width=0.25,activation=leaky_relu,slope=0.1"));
  EXPECT_THAT(
      recognised(tensors_of(build_network("googlenet:classes=5"))),
      ElementsAre("googlenet:classes=5,transform_input=true", "googlenet:classes=5,transform_input=false"));
}

TEST(Recognise, LeavesOutAuxiliaryClassifiers) {
  auto tensors = tensors_of(build_network("googlenet"));
  tensors["aux1.fc1.weight"].shape = {1024, 2048};
  EXPECT_THAT(recognised(tensors), Contains("googlenet:transform_input=true"));
  tensors["aux3.fc1.weight"].shape = {1024, 2048};
  EXPECT_THAT(recognised(tensors), IsEmpty());
}

TEST(Recognise, RefusesWhatDoesNotFit) {
  auto tensors = tensors_of(build_network("resnet18"));
  tensors["fc.weight"].shape = {1000, 511};
  EXPECT_THAT(recognised(tensors), IsEmpty());
  tensors.erase("fc.weight");
  EXPECT_THAT(recognised(tensors), IsEmpty());
  EXPECT_THAT(recognised({}), IsEmpty());
}

TEST(NamedIn, AWholeNameAndTheLongest) {
  const std::vector<RecognisedNetwork> resnets = {{"resnet50:classes=9", ""}, {"resnetaa50", ""}},
                                       efficient = {{"timm_efficientnet_b0", ""}, {"tf_efficientnet_b0", ""}};
  const auto named = [](std::string_view text, const std::vector<RecognisedNetwork>& networks) {
    std::vector<std::string> specs;
    for (const auto& network : named_in(text, networks)) specs.push_back(network.spec);
    return specs;
  };
  for (const char* text :
       {"resnet50", "resnet50-0676ba61", "resnet50.a1_in1k", "ResNet50_Weights.IMAGENET1K_V1",
        "my_resnet-50.best", "20230101-121212-resnet50-224", "gluon_resnet50_v1b"})
    EXPECT_THAT(named(text, resnets), ElementsAre("resnet50:classes=9")) << text;
  for (const char* text : {"resnetaa50.a1h_in1k", "resnetaa50_a1h-4cf422b3"})
    EXPECT_THAT(named(text, resnets), ElementsAre("resnetaa50")) << text;
  for (const char* text :
       {"mine", "resnet500", "resnet5", "seresnet50", "resnet", "50", "", "model_best.pth"})
    EXPECT_THAT(named(text, resnets), IsEmpty()) << text;
  EXPECT_THAT(named("resnet50_against_resnetaa50", resnets), ElementsAre("resnet50:classes=9", "resnetaa50"));
  for (const char* text : {"tf_efficientnet_b0", "tf_efficientnet_b0_ns-c0e6a31c", "tf-EfficientNet-B0"})
    EXPECT_THAT(named(text, efficient), ElementsAre("tf_efficientnet_b0")) << text;
  for (const char* text : {"efficientnet_b0.ra_in1k", "efficientnet_b0", "timm_efficientnet_b0"})
    EXPECT_THAT(named(text, efficient), ElementsAre("timm_efficientnet_b0")) << text;
  EXPECT_THAT(named("efficientnet_b00", efficient), IsEmpty());
}

}  // namespace
}  // namespace fxe
