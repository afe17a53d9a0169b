// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/names.h"

namespace fxe {

// Reads a JSON object: a key that is missing, unknown or of the wrong type is a bad_input that names
// its place.
class JsonReader {
 public:
  using Json = nlohmann::ordered_json;

  JsonReader(const Json& object, std::string where, std::vector<std::string> known)
      : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw bad_input("{}: expected an object, found {}", where_, object.type_name());
    for (const auto& [key, value] : object.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        throw bad_input("{}: unknown key '{}' (nearest: {})", where_, key,
                        nearest_names(key, known, 1).front());
  }

  bool has(const char* key) const { return object_.contains(key); }
  std::string place(const char* key) const { return where_ + "." + key; }

  const Json& at(const char* key) const {
    if (!has(key)) throw bad_input("{}: '{}' is missing", where_, key);
    return object_[key];
  }

  std::string text(const char* key) const {
    if (!at(key).is_string()) throw bad_input("{}: expected text, found {}", place(key), at(key).type_name());
    return at(key).get<std::string>();
  }
  std::string text_or(const char* key, const char* fallback) const { return has(key) ? text(key) : fallback; }

  double number(const char* key) const { return to_number(at(key), place(key)); }
  double number_or(const char* key, double fallback) const { return has(key) ? number(key) : fallback; }

  std::vector<double> numbers(const char* key) const {
    std::vector<double> values;
    for (const auto& v : array(key)) values.push_back(to_number(v, place(key)));
    return values;
  }

  const Json& array(const char* key) const {
    if (!at(key).is_array())
      throw bad_input("{}: expected a list, found {}", place(key), at(key).type_name());
    return at(key);
  }

 private:
  static double to_number(const Json& value, const std::string& where) {
    if (!value.is_number() || !std::isfinite(value.get<double>()))
      throw bad_input("{}: expected a number, found {}", where, value.dump().substr(0, 40));
    return value.get<double>();
  }

  const Json& object_;
  std::string where_;
};

}  // namespace fxe
