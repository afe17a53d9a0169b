// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "networks/networks.h"

namespace fxe {

// One of the things that weights of the same names and shapes may be trained for.
struct NetworkForm {
  std::string_view options;  // "activation=relu6"; empty if there are none
  // how it differs from others with the same tensors, for people; empty for the plain form
  std::string_view says;
};

// A network available by name.
struct NetworkEntry {
  std::string_view name;
  std::function<Graph(const NetworkOptions&)> build;
  NetworkOptions defaults;
  std::string_view preprocess;                  // a preset of engine/input
  std::vector<NetworkForm> forms = {{"", ""}};  // the one that its name stands for comes first
  std::vector<std::string_view> options = {};   // what it accepts besides classes and input
};

// A network's weights, in the order it reads them.
std::vector<WeightUse> weights_of(const Graph&);

// All networks. Names are those of the source framework; where torchvision and timm give one name to two
// structures, timm's begins with timm_.
const std::vector<NetworkEntry>& network_entries();

}  // namespace fxe
