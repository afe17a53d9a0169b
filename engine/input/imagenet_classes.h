// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// The 1000 classes of ImageNet-1k (ILSVRC2012) in the networks' order: "n01440764 tench", the synset and its
// first name.
const std::vector<std::string>& imagenet_classes();

// Whether it is one of their synsets, such as "n01440764".
bool is_imagenet_synset(std::string_view name);

}  // namespace fxe
