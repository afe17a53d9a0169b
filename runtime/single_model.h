// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/input/preprocess.h"
#include "runtime/model_loader.h"

namespace fxe {

// What a caller says about one model; all of it may be left open.
struct ModelRequest {
  std::string network = {};                   // a builder's spec, such as "resnet50"
  std::optional<Preprocess> preprocess = {};  // how images are prepared
  ReadChoices choices = {};
};
// Throws bad_input, naming the option, if any of it is given for an ensemble.
void refuse_model_request(const ModelRequest&, const std::filesystem::path& ensemble);

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

}  // namespace fxe
