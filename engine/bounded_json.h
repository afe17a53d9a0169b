// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

namespace fxe {

struct JsonLimits {
  size_t bytes;  // of text
  int depth;     // 1: no value in a value
  size_t keys;   // of one object: an ordered_json takes quadratic time to read them
  // Values in all, nested ones included. Each takes up to some 70 bytes of memory but only two of text.
  size_t values = size_t{1} << 20;
};

// Parses JSON text of an untrusted file. Json: nlohmann::json or ordered_json. Throws bad_input, without the
// file's name, if the text exceeds the limits, is not JSON, or holds a number outside a double's range.
template <class Json>
Json parse_json(std::string_view text, const JsonLimits&);

// The same; errors begin with `where: `.
template <class Json>
Json parse_json(std::string_view text, const JsonLimits&, std::string_view where);

extern template nlohmann::json parse_json(std::string_view, const JsonLimits&);
extern template nlohmann::ordered_json parse_json(std::string_view, const JsonLimits&);
extern template nlohmann::json parse_json(std::string_view, const JsonLimits&, std::string_view);
extern template nlohmann::ordered_json parse_json(std::string_view, const JsonLimits&, std::string_view);

}  // namespace fxe
