// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace fxe {

// How timm prepares images for the weights it publishes under this name, at the size that fxe's network
// usually has if timm lists it. The file itself does not hold this.
struct TimmWeights {
  std::string_view name;  // "resnet50.a1_in1k"
  const char* preset;     // of preprocess_presets.h
};

// For the networks that fxe builds, sorted by name.
std::span<const TimmWeights> timm_weights();

}  // namespace fxe
