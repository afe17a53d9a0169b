// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/input/preprocess.h"
#include "tools/commands/model_loader.h"

namespace fxe {

// What options say about one model; empty: nothing.
struct ModelRequest {
  std::string network, preprocess, input, state_dict, output;
};

struct SingleModel {
  LoadedModel loaded;
  Preprocess preprocess;
  std::vector<std::string> classes;  // class names, if a config.json beside it gives them
};

// A model without an ensemble file, and how its images are prepared: as asked for, else as the files beside
// it say (model_config.h), else as published, if its file has a published name
// (engine/input/published_preprocess.h), else as usual for its network or format; a note says which. A
// network that is built by name is built at the size of its images. Throws bad_input if nothing says how
// images are prepared; without `needs_images` they are then of the model's size, and nothing else is known.
SingleModel load_single_model(const std::filesystem::path&, const ModelRequest&, bool needs_images = true);

// "--preprocess": a preset's name or an object. Makes a mean image's path absolute.
Preprocess parse_preprocess_option(const std::string& text);

}  // namespace fxe
