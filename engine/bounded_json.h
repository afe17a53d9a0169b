// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

namespace fxe {

struct JsonLimits {
  size_t bytes;  // of text; values take up to some 30 times as much
  int depth;     // 1: no value in a value
  size_t keys;   // of one object: an ordered_json takes quadratic time to read them
};

// JSON text of an untrusted file. Json: nlohmann::json or ordered_json. Throws bad_input, without the file's
// name, for text past the limits and for what is not JSON (or has a number past what a double holds).
template <class Json>
Json parse_json(std::string_view text, const JsonLimits&);

extern template nlohmann::json parse_json(std::string_view, const JsonLimits&);
extern template nlohmann::ordered_json parse_json(std::string_view, const JsonLimits&);

}  // namespace fxe
