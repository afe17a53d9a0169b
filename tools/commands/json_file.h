// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace fxe {

// Writes one JSON object, indented, under a temporary name that is then renamed. Does nothing for an empty
// path.
void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& value);

// A number that does not exist is null, never NaN.
inline nlohmann::ordered_json number_or_null(double value) {
  if (!std::isfinite(value)) return nullptr;
  return value;
}

}  // namespace fxe
