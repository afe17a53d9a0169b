// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "networks/networks.h"

namespace fxe {

// "resnet50", "cifar_resnet20", ... in the order of registry.cpp.
std::vector<std::string> network_names();

// Builds "NAME" or "NAME:key=value,...": keys classes, input (224 or 192x256), width, activation (relu,
// relu6, leaky_relu), slope. Throws bad_input naming the nearest network, or the key and what it takes.
Graph build_network(std::string_view spec);

// The preset of engine/input for the images this network was published with, such as "torchvision-224".
std::string_view usual_preprocess(std::string_view spec);

// The spec whose graph reads exactly these tensors, names and shapes, if there is one: checkpoints need no
// --network. The number of classes and MobileNet's width are read off the shapes; activations cannot be, so
// MobileNet v1 gets ReLU.
std::optional<std::string> detect_network(const TensorMap& tensors);

}  // namespace fxe
