// SPDX-License-Identifier: Apache-2.0
#include "engine/input/published_preprocess.h"

#include <algorithm>

#include "engine/input/timm_weights.h"
#include "engine/input/torchvision_weights.h"

namespace fxe {

std::string published_name(const std::filesystem::path& model) {
  auto stem = model.stem().string();
  if (stem.ends_with(".index"))
    stem = std::filesystem::path(stem).stem().stem().string();  // x.safetensors.index.json
  if (stem != "model" && stem != "pytorch_model") return stem;
  auto folder = std::filesystem::absolute(model).lexically_normal().parent_path();
  if (folder.parent_path().filename() == "snapshots") {
    const auto repository = folder.parent_path().parent_path().filename().string();
    const auto at = repository.rfind("--");
    return at == std::string::npos ? repository : repository.substr(at + 2);
  }
  const auto name = folder.filename().string();
  return name.empty() ? stem : name;
}

std::optional<std::string> published_preset(const std::string& name) {
  for (const auto& w : torchvision_weights())
    if (name == w.name || name == w.file) return w.preset;
  for (const auto& w : timm_weights())
    if (name == w.name) return w.preset;
  return std::nullopt;
}

}  // namespace fxe
