// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/graph.h"

// Networks as data, one file per family, with the tensor names of the framework that published them. Nothing
// here knows a device or reads a file. A new network is a function here and a row in registry.cpp.
namespace fxe {

// What a name can be followed by: "mobilenet_v1:width=0.25,activation=leaky_relu,slope=0.1".
struct NetworkOptions {
  int64_t classes = 1000;
  Extent2 input{224, 224};
  double width = 1;       // MobileNet: multiplies every channel count
  Activation activation;  // MobileNet: relu, relu6 or leaky_relu
};

// torchvision's alexnet ("One weird trick", 2014): no LRN, no groups. The input must leave 6 x 6 before the
// classifier.
Graph alexnet(const NetworkOptions&);

// torchvision's and timm's ResNet v1.5 (He et al. 2015; the stride of a bottleneck is on its 3x3
// convolution). depth: 18, 34, 50, 101, 152.
Graph resnet(int depth, const NetworkOptions&);

// He et al.'s CIFAR ResNets, shortcut type A; names as in the checkpoints of
// akamaster/pytorch_resnet_cifar10. depth: 6 n + 2, such as 20, 32, 44, 56, 110.
Graph cifar_resnet(int depth, const NetworkOptions&);

// MobileNet v1 (Howard et al. 2017), padding 1 on every side; names stage{1,2,3}.{i}.{0,1,3,4} and fc.
Graph mobilenet_v1(const NetworkOptions&);

}  // namespace fxe
