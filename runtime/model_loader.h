// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/input/preprocess.h"
#include "layers/graph.h"
#include "weights_converter/weight_file.h"

namespace fxe {

// A model file joined with its network, ready for optimize() and compile().
struct LoadedModel {
  Model model;
  std::string network;  // the builder's spec; empty if the file carries its own graph
  std::string format;   // "safetensors", "PyTorch zip", ...
  std::vector<std::string>
      notes;  // what a user should know: a network that was recognised, a softmax left out, ...
};

// Reads any format that convert reads. `network`: a spec of networks/registry.h; empty: the file's own
// graph, or the network its metadata names, or the one whose tensors are exactly these. Throws bad_input if
// none fits.
LoadedModel load_model(const std::filesystem::path& path, const std::string& network,
                       const ReadChoices& choices = {});

// Throws bad_input if the user asked for one size and the file has another.
void expect_input(const LoadedModel&, const std::optional<Input>& asked, const std::filesystem::path&);

// "resnet50:classes=10,input=288" for "resnet50:classes=10".
std::string network_at(const std::string& spec, const Input& size);
// Throws bad_input if preprocessing gives another size than the model takes.
void expect_size(const LoadedModel&, const Preprocess&, const std::string& where);

// A network of networks/registry.h with seeded random weights. Throws bad_input if `network` is neither a
// file nor a known network.
LoadedModel random_model(const std::string& network, uint64_t seed);

// The number of trained parameters: every weight the layers read, without BatchNorm's running mean and
// variance, as in torchvision's and timm's tables.
int64_t parameters_of(const Op&, const std::vector<Shape>& inputs);
int64_t parameters_of(const Model&);

}  // namespace fxe
