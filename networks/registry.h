// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "networks/networks.h"

namespace fxe {

// "resnet50", "cifar_resnet20", ... in the order of entries.cpp.
std::vector<std::string> network_names();

// Builds "NAME" or "NAME:key=value,...": keys classes, input (224 or 192x256), width, activation (relu,
// relu6, leaky_relu), slope, transform_input (true or false). Throws bad_input naming the nearest network, or
// the key and what it takes.
Graph build_network(std::string_view spec);

// Adds the constants that the graph of a builder reads and no weight file has: GoogLeNet's transform_input.
void add_constants(const Graph&, TensorMap&);

// The preset of engine/input for the images this network was published with, such as "torchvision-224".
std::string_view usual_preprocess(std::string_view spec);

// Whether a checkpoint has this tensor for training only, so that no graph reads it: BatchNorm's
// num_batches_tracked, GoogLeNet's auxiliary classifiers aux1 and aux2.
bool is_for_training_only(std::string_view tensor);

// A network whose graph reads exactly the tensors of a file, names and shapes.
struct RecognisedNetwork {
  std::string spec;       // "resnet50:classes=10"
  std::string_view says;  // how it differs from others that read the same tensors, for people
};

// All of them: checkpoints need no --network where there is one. Where there are several, they compute
// different things with the same weights, and tensors do not tell which (tests/networks/look_alikes.txt).
// Tensors for training only do not count. The number of classes and MobileNet's width are read off the
// shapes.
std::vector<RecognisedNetwork> recognise_networks(const TensorMap& tensors);

// Of tensors that no network reads exactly: the network that comes nearest, and how they first differ.
struct NearestNetwork {
  std::string name;        // empty: none is near
  std::string prefix;      // "net.backbone.", with which the names of its tensors begin
  std::string difference;  // "'fc.weight' is not there"
  size_t others = 0;       // tensors that do not begin with the prefix
  bool fits = false;       // those that do are exactly its tensors
};
NearestNetwork nearest_network(const TensorMap& tensors);

// Those that `text`, the name of a file or of an architecture, names: their name is in it as whole words,
// with any separators ("ResNet-50_best", "tf_efficientnet_b0.ns_jft_in1k"), and is no part of a longer one
// that is.
std::vector<RecognisedNetwork> named_in(std::string_view text, const std::vector<RecognisedNetwork>&);

}  // namespace fxe
