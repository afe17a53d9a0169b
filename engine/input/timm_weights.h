// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace fxe {

// How timm prepares images for the weights that it publishes under this name, at the size that fxe's network
// usually has where timm lists it: a fact that the file itself does not hold.
struct TimmWeights {
  std::string_view name;  // "resnet50.a1_in1k"
  const char* preset;     // of preprocess_presets.h
};

// Those of networks that fxe builds, by name.
std::span<const TimmWeights> timm_weights();

}  // namespace fxe
