// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "networks/networks.h"

namespace fxe {

// What weights of the same names and shapes are trained for.
struct NetworkForm {
  std::string_view options;  // "activation=relu6"; empty: none
  std::string_view says;     // how it differs from what has the same tensors, for people; empty: it is plain
};

// A network that can be asked for by name.
struct NetworkEntry {
  std::string_view name;
  std::function<Graph(const NetworkOptions&)> build;
  NetworkOptions defaults;
  std::string_view preprocess;                  // a preset of engine/input
  std::vector<NetworkForm> forms = {{"", ""}};  // the one that its name stands for comes first
  std::vector<std::string_view> options = {};   // what it takes besides classes and input
};

// The weights of a network in the order in which it reads them.
std::vector<WeightUse> weights_of(const Graph&);

// All of them. Names are those of the source framework; where
// torchvision and timm give one name to two structures, timm's begins with timm_.
const std::vector<NetworkEntry>& network_entries();

}  // namespace fxe
