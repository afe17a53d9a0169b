// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/input/preprocess.h"
#include "tools/commands/model_loader.h"

namespace fxe {

// What options say of one model; empty: nothing.
struct ModelRequest {
  std::string network, preprocess, input, state_dict, output;
};

struct SingleModel {
  LoadedModel loaded;
  Preprocess preprocess;
  std::vector<std::string> classes;  // their names, where a file beside it says them
};

// A model that no ensemble file describes, and how its images are prepared: as asked for, else as the files
// beside it say (model_config.h), else as published, if its file's name is one of a published file
// (engine/input/published_preprocess.h), else as its network or format usually is; a note says which. A
// network that is built by name is built at the size of its images. Throws bad_input where nothing says how
// they are prepared; without `needs_images` they are then of the model's size and no more is known.
SingleModel load_single_model(const std::filesystem::path&, const ModelRequest&, bool needs_images = true);

// "--preprocess": a preset's name or an object. A mean image's path becomes absolute.
Preprocess parse_preprocess_option(const std::string& text);

}  // namespace fxe
