// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/input/preprocess.h"

namespace fxe {

// What other libraries write beside weights: config.json of timm, preprocessor_config.json of transformers.
struct ModelConfig {
  std::string file;                    // that was read, for messages; empty: neither is there
  std::string architecture;            // as timm calls it; empty: not said
  int64_t classes = 0;                 // 0: not said
  std::vector<std::string> labels;     // names of the classes; empty: not said
  std::vector<Preprocess> preprocess;  // empty: not said; of several sizes the usual one first
};

// Of a file of weights, or of a folder or index of several. Files that describe other things are passed over:
// a config.json without "architecture" is not timm's. Where the folder has weights under the usual name
// (model.safetensors, pytorch_model.bin), what lies there is about them alone. Throws bad_input naming file
// and key for what is not JSON and what fxe cannot do as it is asked, and where the two files disagree.
ModelConfig read_model_config(const std::filesystem::path& model);

}  // namespace fxe
