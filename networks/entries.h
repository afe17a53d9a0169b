// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "networks/networks.h"

namespace fxe {

// A network that can be asked for by name.
struct NetworkEntry {
  std::string_view name;
  std::function<Graph(const NetworkOptions&)> build;
  NetworkOptions defaults;
  std::string_view preprocess;  // a preset of engine/input
};

// All of them, in the order in which detection tries them. Names are those of the source framework; where
// torchvision and timm give one name to two structures, timm's begins with timm_.
const std::vector<NetworkEntry>& network_entries();

}  // namespace fxe
