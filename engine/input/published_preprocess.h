// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace fxe {

// The display name of a weight file: its name without the ending, "resnet50-11ad3fa6". For model.safetensors
// and pytorch_model.bin, which name nothing, that of their folder, "resnet50.a1_in1k"; in a download cache
// (models--timm--resnet50.a1_in1k/snapshots/HASH/model.safetensors) that of the repository.
std::string published_name(const std::filesystem::path& model);

// The preset for a file that torchvision (by file or weights name) or timm published under this name, if any:
// torchvision_weights.h, timm_weights.h.
std::optional<std::string> published_preset(const std::string& name);

}  // namespace fxe
