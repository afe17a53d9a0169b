// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "layers/graph.h"

// Networks as data, one file per family, with the tensor names of the framework that published them. Nothing
// here knows a device or reads a file. A new network is a function here and a row in entries.cpp.
namespace fxe {

// Options that may follow a name: "mobilenet_v1:width=0.25,activation=leaky_relu,slope=0.1".
struct NetworkOptions {
  int64_t classes = 1000;
  Extent2 input{224, 224};
  double width = 1;              // MobileNet v1, v2: multiplies every channel count
  Activation activation;         // MobileNet v1: relu, relu6 or leaky_relu
  bool transform_input = false;  // GoogLeNet
};

// Whose structure and tensor names, where they differ. tf: timm's networks for weights trained with
// TensorFlow, under timm's own tensor names: SAME padding, and 1e-3 for BatchNorm's epsilon.
enum class Source { torchvision, timm, tf };

// timm's anti-aliasing. Convolutions of stride 2, except the first and those of shortcuts, keep their
// resolution, and their activation is followed by a layer that halves it: the mean of 2x2, or Zhang's blur
// (2019), which reflects at the border or pads with zeros.
enum class Smoothing { none, average, blur, blur_zeros };

// torchvision's alexnet ("One weird trick", 2014): no LRN, no groups. The input must leave 6 x 6 before
// the classifier.
Graph alexnet(const NetworkOptions&);

// torchvision's and timm's ResNet v1.5 (He et al. 2015; the stride of a bottleneck is on its 3x3
// convolution). depth: 18, 34, 50, 101, 152.
//
// groups: of the 3x3 convolution of a bottleneck, which has planes * width_per_group / 64 * groups channels:
// ResNeXt (Xie et al. 2016) and Wide ResNet (Zagoruyko and Komodakis 2016) as torchvision builds them.
struct ResnetForm {
  int64_t groups = 1;
  int64_t width_per_group = 64;
  Smoothing smoothing = Smoothing::none;
};
Graph resnet(int depth, const NetworkOptions&, const ResnetForm& = {});

// VGG (Simonyan and Zisserman 2014): 11, 13, 16 or 19 layers, with or without BatchNorm. torchvision's
// classifier is fully connected and needs a 7 x 7 input; timm's is the same as a 7x7 convolution.
Graph vgg(int depth, bool batch_norm, Source, const NetworkOptions&);

// torchvision's SqueezeNet (Iandola et al. 2016): the last convolution makes the classes, then the mean.
Graph squeezenet1_0(const NetworkOptions&);
Graph squeezenet1_1(const NetworkOptions&);

// DenseNet (Huang et al. 2016), as torchvision and timm name it: depth 121, 161, 169, 201. `dotted`: with the
// names of torchvision's published files, denselayer1.norm.1 for denselayer1.norm1.
Graph densenet(int depth, bool dotted, const NetworkOptions&);

// torchvision's GoogLeNet (Szegedy et al. 2014, with BatchNorm) without its auxiliary classifiers. Takes
// images in [-1, 1]; with transform_input in ImageNet's normalisation, which its first layer converts with
// constants that no weight file holds (add_constants). torchvision's pretrained network has transform_input,
// one made without weights does not.
Graph googlenet(const NetworkOptions&);

// MobileNet v2 (Sandler et al. 2018); timm: mobilenetv2_100.
Graph mobilenet_v2(Source, const NetworkOptions&);

// MobileNet v3 (Howard et al. 2019), large or small; timm: mobilenetv3_large_100, mobilenetv3_small_100, and
// the same with tf_ in front.
Graph mobilenet_v3(bool large, Source, const NetworkOptions&);

// EfficientNet b0 to b7 (Tan and Le 2019).
Graph efficientnet(int size, Source, const NetworkOptions&, Smoothing = Smoothing::none);

// torchvision's ShuffleNet v2 (Ma et al. 2018); its width in tenths: 5, 10, 15 or 20.
Graph shufflenet_v2(int tenths, const NetworkOptions&);

// ConvNeXt (Liu et al. 2022): tiny, small, base or large.
Graph convnext(std::string_view size, Source, const NetworkOptions&);

// He et al.'s CIFAR ResNets, shortcut type A, with the names of akamaster/pytorch_resnet_cifar10's
// checkpoints. depth: 6 n + 2, such as 20, 32, 44, 56, 110.
Graph cifar_resnet(int depth, const NetworkOptions&);

// AlexNet's order of layers (Krizhevsky et al. 2012) sized for 32 x 32 images: five convolutions with ReLU,
// three of them followed by pooling, and two fully connected layers; 278,586 parameters. Numbered as
// torchvision's. Trained by tools/train_cifar.py.
Graph cifar_alexnet(const NetworkOptions&);

// MobileNet v1 (Howard et al. 2017), padding 1 on every side; names stage{1,2,3}.{i}.{0,1,3,4} and fc.
Graph mobilenet_v1(const NetworkOptions&);

}  // namespace fxe
