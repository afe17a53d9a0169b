// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "engine/input/preprocess.h"

namespace fxe {

// How images are prepared, as the files say that other libraries save beside their weights. What fxe cannot
// do as they ask is an error that names the key: bad_input, beginning with `where`.

// timm's config.json: its "pretrained_cfg", or of older versions the whole. Two where it lists another size
// to test at, which comes second: timm's own transform takes the first, its table of results the second.
std::vector<Preprocess> timm_config_preprocess(const nlohmann::json& config, std::string_view where);

// transformers' preprocessor_config.json.
Preprocess transformers_config_preprocess(const nlohmann::json& config, std::string_view where);

}  // namespace fxe
