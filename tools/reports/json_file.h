// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/files/output_file.h"

namespace fxe {

// Writes one JSON object, indented.
void write_json(OutputFile&, const nlohmann::ordered_json& value);

// A number that does not exist is null, never NaN.
inline nlohmann::ordered_json number_or_null(double value) {
  if (!std::isfinite(value)) return nullptr;
  return value;
}

}  // namespace fxe
