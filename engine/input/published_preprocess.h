// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace fxe {

// What a weight file is called, for people: its name without the ending, "resnet50-11ad3fa6". Files that are
// all called model.safetensors or pytorch_model.bin are called as their folder, "resnet50.a1_in1k"; in a
// download cache (models--timm--resnet50.a1_in1k/snapshots/HASH/model.safetensors) as the repository.
std::string published_name(const std::filesystem::path& model);

// The preset of a file that torchvision (by file or weights name) or timm published under this name, if any:
// torchvision_weights.h, timm_weights.h.
std::optional<std::string> published_preset(const std::string& name);

}  // namespace fxe
