// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "networks/networks.h"

namespace fxe {

// "resnet50", "cifar_resnet20", ... in the order of entries.cpp.
std::vector<std::string> network_names();

// Builds "NAME" or "NAME:key=value,...", with keys classes, input (224 or 192x256), width, activation (relu,
// relu6, leaky_relu), slope, transform_input (true or false). Throws bad_input naming the nearest network, or
// the key and what it takes.
Graph build_network(std::string_view spec);

// Adds the constants that a builder's graph reads and no weight file has: GoogLeNet's transform_input.
void add_constants(const Graph&, TensorMap&);

// The preset of engine/input for the images this network was published with, such as "torchvision-224".
std::string_view usual_preprocess(std::string_view spec);

// Whether a checkpoint has this tensor only for training, so that no graph reads it: BatchNorm's
// num_batches_tracked, GoogLeNet's auxiliary classifiers aux1 and aux2.
bool is_for_training_only(std::string_view tensor);

// A network whose graph reads exactly the tensors of a file, by name and shape.
struct RecognisedNetwork {
  std::string spec;       // "resnet50:classes=10"
  std::string_view says;  // how it differs from others that read the same tensors, for people
};

// All networks that read exactly these tensors: if there is one, checkpoints need no --network. If there are
// several, they compute different things with the same weights, and the tensors do not tell which
// (tests/networks/look_alikes.txt). Ignores tensors for training only. Reads the number of classes and
// MobileNet's width off the shapes.
std::vector<RecognisedNetwork> recognise_networks(const TensorMap& tensors);

// For tensors that no network reads exactly: the nearest network, and the first difference.
struct NearestNetwork {
  std::string name;        // empty: none is near
  std::string prefix;      // "net.backbone.", which the names of its tensors begin with
  std::string difference;  // "'fc.weight' is not there"
  size_t others = 0;       // tensors without the prefix
  bool fits = false;       // those with the prefix are exactly its tensors
};
NearestNetwork nearest_network(const TensorMap& tensors);

// The networks that `text`, the name of a file or an architecture, names: it contains their name as whole
// words, with any separators ("ResNet-50_best", "tf_efficientnet_b0.ns_jft_in1k"), and not as part of a
// longer name.
std::vector<RecognisedNetwork> named_in(std::string_view text, const std::vector<RecognisedNetwork>&);

}  // namespace fxe
