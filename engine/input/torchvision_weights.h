// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fxe {

// What torchvision (0.14 to 0.29) says about a weight file it publishes. The file itself does not hold this.
struct TorchvisionWeights {
  std::string_view name;  // as torchvision prints it: "ResNet50_Weights.IMAGENET1K_V2"
  std::string_view file;  // the file's name without its ending: "resnet50-11ad3fa6"
  const char* preset;     // of preprocess_presets.h
};

// The image classifiers of ImageNet-1k, sorted by name.
std::span<const TorchvisionWeights> torchvision_weights();

// Throws bad_input naming `where` and the nearest names.
const TorchvisionWeights& torchvision_weights_named(std::string_view name, std::string_view where);

}  // namespace fxe
