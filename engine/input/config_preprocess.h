// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "engine/input/preprocess.h"

namespace fxe {

// Preprocessing as described by the files that other libraries save beside their weights. If fxe cannot
// follow a setting, it throws bad_input that begins with `where` and names the key.

// From timm's config.json: its "pretrained_cfg", or in older versions the whole file. Two entries if it
// lists another size to test at, which comes second: timm's own transform takes the first, its results table
// the second.
std::vector<Preprocess> timm_config_preprocess(const nlohmann::json& config, std::string_view where);

// From transformers' preprocessor_config.json.
Preprocess transformers_config_preprocess(const nlohmann::json& config, std::string_view where);

}  // namespace fxe
