// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dtype.h"

namespace fxe {

struct SafetensorsEntry {
  std::string dtype;            // "F32", "BF16", ...
  std::vector<int64_t> shape;   // not negative
  uint64_t begin = 0, end = 0;  // in bytes, from the end of the header
};

struct SafetensorsHeader {
  std::map<std::string, SafetensorsEntry, std::less<>> entries;
  std::map<std::string, std::string, std::less<>> metadata;
};

// Parses the JSON text alone. Throws bad_input for anything but the format's own structure, for repeated
// keys, and for missing fields.
SafetensorsHeader parse_safetensors_header(std::string_view json);

std::optional<DType> safetensors_dtype(std::string_view name);  // nothing if fxe has no such type
std::string_view safetensors_name(DType);

}  // namespace fxe
