// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "networks/networks.h"

namespace fxe {

// "resnet50", "cifar_resnet20", ... in the order of entries.cpp.
std::vector<std::string> network_names();

// Builds "NAME" or "NAME:key=value,...": keys classes, input (224 or 192x256), width, activation (relu,
// relu6, leaky_relu), slope. Throws bad_input naming the nearest network, or the key and what it takes.
Graph build_network(std::string_view spec);

// The preset of engine/input for the images this network was published with, such as "torchvision-224".
std::string_view usual_preprocess(std::string_view spec);

// Whether a checkpoint has this tensor for training only, so that no graph reads it: BatchNorm's
// num_batches_tracked, GoogLeNet's auxiliary classifiers aux1 and aux2.
bool is_for_training_only(std::string_view tensor);

// The spec whose graph reads exactly these tensors, names and shapes, if there is one: checkpoints need no
// --network. Tensors for training only do not count. The number of classes and
// MobileNet's width are read off the shapes; activations cannot be, so MobileNet v1 gets ReLU.
std::optional<std::string> detect_network(const TensorMap& tensors);

}  // namespace fxe
