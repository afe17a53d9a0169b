// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/input/preprocess.h"

namespace fxe {

// What other libraries write beside weights: config.json of timm, preprocessor_config.json of transformers.
struct ModelConfig {
  std::string file;                    // the file read, for messages; empty: there is neither
  std::string architecture;            // timm's name for it; empty: not stated
  int64_t classes = 0;                 // 0: not stated
  std::vector<std::string> labels;     // class names in config.json; empty: not stated
  std::vector<Preprocess> preprocess;  // empty: not stated; the usual one first if there are several sizes
};

// For a file of weights, or a folder or index of several. Ignores files that describe other things: a
// config.json without "architecture" is not timm's. If the folder has weights under the usual name
// (model.safetensors, pytorch_model.bin), the configuration is about those alone. Throws bad_input, naming
// file and key, for what is not JSON or what fxe cannot do as asked, and if the two files disagree.
ModelConfig read_model_config(const std::filesystem::path& model);

}  // namespace fxe
