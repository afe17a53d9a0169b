// SPDX-License-Identifier: Apache-2.0
#include "engine/input/torchvision_weights.h"

#include <algorithm>
#include <vector>

#include "engine/error.h"
#include "engine/names.h"

namespace fxe {

namespace {

// Made by tests/engine/input/make_torchvision_weights.py --rows, which a test compares with.
// clang-format off
constexpr TorchvisionWeights kWeights[] = {
    {"AlexNet_Weights.IMAGENET1K_V1", "alexnet-owt-7be5be79", "torchvision-256-224"},
    {"ConvNeXt_Base_Weights.IMAGENET1K_V1", "convnext_base-6075fbad", "torchvision-232-224"},
    {"ConvNeXt_Large_Weights.IMAGENET1K_V1", "convnext_large-ea097f82", "torchvision-232-224"},
    {"ConvNeXt_Small_Weights.IMAGENET1K_V1", "convnext_small-0c510722", "torchvision-230-224"},
    {"ConvNeXt_Tiny_Weights.IMAGENET1K_V1", "convnext_tiny-983f1562", "torchvision-236-224"},
    {"DenseNet121_Weights.IMAGENET1K_V1", "densenet121-a639ec97", "torchvision-256-224"},
    {"DenseNet161_Weights.IMAGENET1K_V1", "densenet161-8d451a50", "torchvision-256-224"},
    {"DenseNet169_Weights.IMAGENET1K_V1", "densenet169-b2777c0a", "torchvision-256-224"},
    {"DenseNet201_Weights.IMAGENET1K_V1", "densenet201-c1103571", "torchvision-256-224"},
    {"EfficientNet_B0_Weights.IMAGENET1K_V1", "efficientnet_b0_rwightman-3dd342df", "torchvision-256-224-bicubic"},
    {"EfficientNet_B0_Weights.IMAGENET1K_V1", "efficientnet_b0_rwightman-7f5810bc", "torchvision-256-224-bicubic"},
    {"EfficientNet_B1_Weights.IMAGENET1K_V1", "efficientnet_b1_rwightman-533bc792", "torchvision-256-240-bicubic"},
    {"EfficientNet_B1_Weights.IMAGENET1K_V1", "efficientnet_b1_rwightman-bac287d4", "torchvision-256-240-bicubic"},
    {"EfficientNet_B1_Weights.IMAGENET1K_V2", "efficientnet_b1-c27df63c", "torchvision-255-240"},
    {"EfficientNet_B2_Weights.IMAGENET1K_V1", "efficientnet_b2_rwightman-bcdf34b7", "torchvision-288-288-bicubic"},
    {"EfficientNet_B2_Weights.IMAGENET1K_V1", "efficientnet_b2_rwightman-c35c1473", "torchvision-288-288-bicubic"},
    {"EfficientNet_B3_Weights.IMAGENET1K_V1", "efficientnet_b3_rwightman-cf984f9c", "torchvision-320-300-bicubic"},
    {"EfficientNet_B3_Weights.IMAGENET1K_V1", "efficientnet_b3_rwightman-b3899882", "torchvision-320-300-bicubic"},
    {"EfficientNet_B4_Weights.IMAGENET1K_V1", "efficientnet_b4_rwightman-7eb33cd5", "torchvision-384-380-bicubic"},
    {"EfficientNet_B4_Weights.IMAGENET1K_V1", "efficientnet_b4_rwightman-23ab8bcd", "torchvision-384-380-bicubic"},
    {"EfficientNet_B5_Weights.IMAGENET1K_V1", "efficientnet_b5_lukemelas-b6417697", "torchvision-456-456-bicubic"},
    {"EfficientNet_B5_Weights.IMAGENET1K_V1", "efficientnet_b5_lukemelas-1a07897c", "torchvision-456-456-bicubic"},
    {"EfficientNet_B6_Weights.IMAGENET1K_V1", "efficientnet_b6_lukemelas-c76e70fd", "torchvision-528-528-bicubic"},
    {"EfficientNet_B6_Weights.IMAGENET1K_V1", "efficientnet_b6_lukemelas-24a108a5", "torchvision-528-528-bicubic"},
    {"EfficientNet_B7_Weights.IMAGENET1K_V1", "efficientnet_b7_lukemelas-dcc49843", "torchvision-600-600-bicubic"},
    {"EfficientNet_B7_Weights.IMAGENET1K_V1", "efficientnet_b7_lukemelas-c5b4e57e", "torchvision-600-600-bicubic"},
    {"EfficientNet_V2_L_Weights.IMAGENET1K_V1", "efficientnet_v2_l-59c71312", "timm-480-1.0-inception"},
    {"EfficientNet_V2_M_Weights.IMAGENET1K_V1", "efficientnet_v2_m-dc08266a", "torchvision-480-480"},
    {"EfficientNet_V2_S_Weights.IMAGENET1K_V1", "efficientnet_v2_s-dd5fe13b", "torchvision-384-384"},
    {"GoogLeNet_Weights.IMAGENET1K_V1", "googlenet-1378be20", "torchvision-256-224"},
    {"Inception_V3_Weights.IMAGENET1K_V1", "inception_v3_google-0cc3c7bd", "torchvision-342-299"},
    {"MNASNet0_5_Weights.IMAGENET1K_V1", "mnasnet0.5_top1_67.823-3ffadce67e", "torchvision-256-224"},
    {"MNASNet0_75_Weights.IMAGENET1K_V1", "mnasnet0_75-7090bc5f", "torchvision-232-224"},
    {"MNASNet1_0_Weights.IMAGENET1K_V1", "mnasnet1.0_top1_73.512-f206786ef8", "torchvision-256-224"},
    {"MNASNet1_3_Weights.IMAGENET1K_V1", "mnasnet1_3-a4c69d6f", "torchvision-232-224"},
    {"MaxVit_T_Weights.IMAGENET1K_V1", "maxvit_t-bc5ab103", "torchvision-224-224-bicubic"},
    {"MobileNet_V2_Weights.IMAGENET1K_V1", "mobilenet_v2-b0353104", "torchvision-256-224"},
    {"MobileNet_V2_Weights.IMAGENET1K_V2", "mobilenet_v2-7ebf99e0", "torchvision-232-224"},
    {"MobileNet_V3_Large_Weights.IMAGENET1K_V1", "mobilenet_v3_large-8738ca79", "torchvision-256-224"},
    {"MobileNet_V3_Large_Weights.IMAGENET1K_V2", "mobilenet_v3_large-5c1a4163", "torchvision-232-224"},
    {"MobileNet_V3_Small_Weights.IMAGENET1K_V1", "mobilenet_v3_small-047dcff4", "torchvision-256-224"},
    {"RegNet_X_16GF_Weights.IMAGENET1K_V1", "regnet_x_16gf-2007eb11", "torchvision-256-224"},
    {"RegNet_X_16GF_Weights.IMAGENET1K_V2", "regnet_x_16gf-ba3796d7", "torchvision-232-224"},
    {"RegNet_X_1_6GF_Weights.IMAGENET1K_V1", "regnet_x_1_6gf-e3633e7f", "torchvision-256-224"},
    {"RegNet_X_1_6GF_Weights.IMAGENET1K_V2", "regnet_x_1_6gf-a12f2b72", "torchvision-232-224"},
    {"RegNet_X_32GF_Weights.IMAGENET1K_V1", "regnet_x_32gf-9d47f8d0", "torchvision-256-224"},
    {"RegNet_X_32GF_Weights.IMAGENET1K_V2", "regnet_x_32gf-6eb8fdc6", "torchvision-232-224"},
    {"RegNet_X_3_2GF_Weights.IMAGENET1K_V1", "regnet_x_3_2gf-f342aeae", "torchvision-256-224"},
    {"RegNet_X_3_2GF_Weights.IMAGENET1K_V2", "regnet_x_3_2gf-7071aa85", "torchvision-232-224"},
    {"RegNet_X_400MF_Weights.IMAGENET1K_V1", "regnet_x_400mf-adf1edd5", "torchvision-256-224"},
    {"RegNet_X_400MF_Weights.IMAGENET1K_V2", "regnet_x_400mf-62229a5f", "torchvision-232-224"},
    {"RegNet_X_800MF_Weights.IMAGENET1K_V1", "regnet_x_800mf-ad17e45c", "torchvision-256-224"},
    {"RegNet_X_800MF_Weights.IMAGENET1K_V2", "regnet_x_800mf-94a99ebd", "torchvision-232-224"},
    {"RegNet_X_8GF_Weights.IMAGENET1K_V1", "regnet_x_8gf-03ceed89", "torchvision-256-224"},
    {"RegNet_X_8GF_Weights.IMAGENET1K_V2", "regnet_x_8gf-2b70d774", "torchvision-232-224"},
    {"RegNet_Y_128GF_Weights.IMAGENET1K_SWAG_E2E_V1", "regnet_y_128gf_swag-c8ce3e52", "torchvision-384-384-bicubic"},
    {"RegNet_Y_128GF_Weights.IMAGENET1K_SWAG_LINEAR_V1", "regnet_y_128gf_lc_swag-cbe8ce12", "torchvision-224-224-bicubic"},
    {"RegNet_Y_16GF_Weights.IMAGENET1K_V1", "regnet_y_16gf-9e6ed7dd", "torchvision-256-224"},
    {"RegNet_Y_16GF_Weights.IMAGENET1K_V2", "regnet_y_16gf-3e4a00f9", "torchvision-232-224"},
    {"RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_E2E_V1", "regnet_y_16gf_swag-43afe44d", "torchvision-384-384-bicubic"},
    {"RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_LINEAR_V1", "regnet_y_16gf_lc_swag-f3ec0043", "torchvision-224-224-bicubic"},
    {"RegNet_Y_1_6GF_Weights.IMAGENET1K_V1", "regnet_y_1_6gf-b11a554e", "torchvision-256-224"},
    {"RegNet_Y_1_6GF_Weights.IMAGENET1K_V2", "regnet_y_1_6gf-0d7bc02a", "torchvision-232-224"},
    {"RegNet_Y_32GF_Weights.IMAGENET1K_V1", "regnet_y_32gf-4dee3f7a", "torchvision-256-224"},
    {"RegNet_Y_32GF_Weights.IMAGENET1K_V2", "regnet_y_32gf-8db6d4b5", "torchvision-232-224"},
    {"RegNet_Y_32GF_Weights.IMAGENET1K_SWAG_E2E_V1", "regnet_y_32gf_swag-04fdfa75", "torchvision-384-384-bicubic"},
    {"RegNet_Y_32GF_Weights.IMAGENET1K_SWAG_LINEAR_V1", "regnet_y_32gf_lc_swag-e1583746", "torchvision-224-224-bicubic"},
    {"RegNet_Y_3_2GF_Weights.IMAGENET1K_V1", "regnet_y_3_2gf-b5a9779c", "torchvision-256-224"},
    {"RegNet_Y_3_2GF_Weights.IMAGENET1K_V2", "regnet_y_3_2gf-9180c971", "torchvision-232-224"},
    {"RegNet_Y_400MF_Weights.IMAGENET1K_V1", "regnet_y_400mf-c65dace8", "torchvision-256-224"},
    {"RegNet_Y_400MF_Weights.IMAGENET1K_V2", "regnet_y_400mf-e6988f5f", "torchvision-232-224"},
    {"RegNet_Y_800MF_Weights.IMAGENET1K_V1", "regnet_y_800mf-1b27b58c", "torchvision-256-224"},
    {"RegNet_Y_800MF_Weights.IMAGENET1K_V2", "regnet_y_800mf-58fc7688", "torchvision-232-224"},
    {"RegNet_Y_8GF_Weights.IMAGENET1K_V1", "regnet_y_8gf-d0d0e4a8", "torchvision-256-224"},
    {"RegNet_Y_8GF_Weights.IMAGENET1K_V2", "regnet_y_8gf-dc2b1b54", "torchvision-232-224"},
    {"ResNeXt101_32X8D_Weights.IMAGENET1K_V1", "resnext101_32x8d-8ba56ff5", "torchvision-256-224"},
    {"ResNeXt101_32X8D_Weights.IMAGENET1K_V2", "resnext101_32x8d-110c445d", "torchvision-232-224"},
    {"ResNeXt101_64X4D_Weights.IMAGENET1K_V1", "resnext101_64x4d-173b62eb", "torchvision-232-224"},
    {"ResNeXt50_32X4D_Weights.IMAGENET1K_V1", "resnext50_32x4d-7cdf4587", "torchvision-256-224"},
    {"ResNeXt50_32X4D_Weights.IMAGENET1K_V2", "resnext50_32x4d-1a0047aa", "torchvision-232-224"},
    {"ResNet101_Weights.IMAGENET1K_V1", "resnet101-63fe2227", "torchvision-256-224"},
    {"ResNet101_Weights.IMAGENET1K_V2", "resnet101-cd907fc2", "torchvision-232-224"},
    {"ResNet152_Weights.IMAGENET1K_V1", "resnet152-394f9c45", "torchvision-256-224"},
    {"ResNet152_Weights.IMAGENET1K_V2", "resnet152-f82ba261", "torchvision-232-224"},
    {"ResNet18_Weights.IMAGENET1K_V1", "resnet18-f37072fd", "torchvision-256-224"},
    {"ResNet34_Weights.IMAGENET1K_V1", "resnet34-b627a593", "torchvision-256-224"},
    {"ResNet50_Weights.IMAGENET1K_V1", "resnet50-0676ba61", "torchvision-256-224"},
    {"ResNet50_Weights.IMAGENET1K_V2", "resnet50-11ad3fa6", "torchvision-232-224"},
    {"ShuffleNet_V2_X0_5_Weights.IMAGENET1K_V1", "shufflenetv2_x0.5-f707e7126e", "torchvision-256-224"},
    {"ShuffleNet_V2_X1_0_Weights.IMAGENET1K_V1", "shufflenetv2_x1-5666bf0f80", "torchvision-256-224"},
    {"ShuffleNet_V2_X1_5_Weights.IMAGENET1K_V1", "shufflenetv2_x1_5-3c479a10", "torchvision-232-224"},
    {"ShuffleNet_V2_X2_0_Weights.IMAGENET1K_V1", "shufflenetv2_x2_0-8be3c8ee", "torchvision-232-224"},
    {"SqueezeNet1_0_Weights.IMAGENET1K_V1", "squeezenet1_0-b66bff10", "torchvision-256-224"},
    {"SqueezeNet1_1_Weights.IMAGENET1K_V1", "squeezenet1_1-b8a52dc0", "torchvision-256-224"},
    {"Swin_B_Weights.IMAGENET1K_V1", "swin_b-68c6b09e", "torchvision-238-224-bicubic"},
    {"Swin_S_Weights.IMAGENET1K_V1", "swin_s-5e29d889", "torchvision-246-224-bicubic"},
    {"Swin_T_Weights.IMAGENET1K_V1", "swin_t-704ceda3", "torchvision-232-224-bicubic"},
    {"Swin_V2_B_Weights.IMAGENET1K_V1", "swin_v2_b-781e5279", "torchvision-272-256-bicubic"},
    {"Swin_V2_S_Weights.IMAGENET1K_V1", "swin_v2_s-637d8ceb", "torchvision-260-256-bicubic"},
    {"Swin_V2_T_Weights.IMAGENET1K_V1", "swin_v2_t-b137f0e2", "torchvision-260-256-bicubic"},
    {"VGG11_BN_Weights.IMAGENET1K_V1", "vgg11_bn-6002323d", "torchvision-256-224"},
    {"VGG11_Weights.IMAGENET1K_V1", "vgg11-8a719046", "torchvision-256-224"},
    {"VGG13_BN_Weights.IMAGENET1K_V1", "vgg13_bn-abd245e5", "torchvision-256-224"},
    {"VGG13_Weights.IMAGENET1K_V1", "vgg13-19584684", "torchvision-256-224"},
    {"VGG16_BN_Weights.IMAGENET1K_V1", "vgg16_bn-6c64b313", "torchvision-256-224"},
    {"VGG16_Weights.IMAGENET1K_V1", "vgg16-397923af", "torchvision-256-224"},
    {"VGG19_BN_Weights.IMAGENET1K_V1", "vgg19_bn-c79401a0", "torchvision-256-224"},
    {"VGG19_Weights.IMAGENET1K_V1", "vgg19-dcbb9e9d", "torchvision-256-224"},
    {"ViT_B_16_Weights.IMAGENET1K_V1", "vit_b_16-c867db91", "torchvision-256-224"},
    {"ViT_B_16_Weights.IMAGENET1K_SWAG_E2E_V1", "vit_b_16_swag-9ac1b537", "torchvision-384-384-bicubic"},
    {"ViT_B_16_Weights.IMAGENET1K_SWAG_LINEAR_V1", "vit_b_16_lc_swag-4e70ced5", "torchvision-224-224-bicubic"},
    {"ViT_B_32_Weights.IMAGENET1K_V1", "vit_b_32-d86f8d99", "torchvision-256-224"},
    {"ViT_H_14_Weights.IMAGENET1K_SWAG_E2E_V1", "vit_h_14_swag-80465313", "torchvision-518-518-bicubic"},
    {"ViT_H_14_Weights.IMAGENET1K_SWAG_LINEAR_V1", "vit_h_14_lc_swag-c1eb923e", "torchvision-224-224-bicubic"},
    {"ViT_L_16_Weights.IMAGENET1K_V1", "vit_l_16-852ce7e3", "torchvision-242-224"},
    {"ViT_L_16_Weights.IMAGENET1K_SWAG_E2E_V1", "vit_l_16_swag-4f3808c9", "torchvision-512-512-bicubic"},
    {"ViT_L_16_Weights.IMAGENET1K_SWAG_LINEAR_V1", "vit_l_16_lc_swag-4d563306", "torchvision-224-224-bicubic"},
    {"ViT_L_32_Weights.IMAGENET1K_V1", "vit_l_32-c7638314", "torchvision-256-224"},
    {"Wide_ResNet101_2_Weights.IMAGENET1K_V1", "wide_resnet101_2-32ee1156", "torchvision-256-224"},
    {"Wide_ResNet101_2_Weights.IMAGENET1K_V2", "wide_resnet101_2-d733dc28", "torchvision-232-224"},
    {"Wide_ResNet50_2_Weights.IMAGENET1K_V1", "wide_resnet50_2-95faca4d", "torchvision-256-224"},
    {"Wide_ResNet50_2_Weights.IMAGENET1K_V2", "wide_resnet50_2-9ba9bcbe", "torchvision-232-224"},
};
// clang-format on

}  // namespace

std::span<const TorchvisionWeights> torchvision_weights() { return kWeights; }

const TorchvisionWeights& torchvision_weights_named(std::string_view name, std::string_view where) {
  const auto found = std::ranges::find(kWeights, name, &TorchvisionWeights::name);
  if (found != std::end(kWeights)) return *found;
  std::vector<std::string> names;
  for (const auto& w : kWeights) names.emplace_back(w.name);
  throw bad_input("{}: torchvision publishes no '{}' (nearest: {})", where, name,
                  fmt::join(nearest_names(name, names), ", "));
}

}  // namespace fxe
