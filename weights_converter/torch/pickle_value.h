// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace fxe::pickle {

// Values refer to each other by index: hostile pickles may be deeply nested or cyclic, and neither building
// nor destroying them recurses.
using Id = uint32_t;

enum class Kind : uint8_t {
  none,
  boolean,
  integer,      // within int64
  big_integer,  // `text`: two's complement, little-endian
  floating,
  text,
  bytes,
  list,
  tuple,
  set,
  dict,    // `items`: key, value, key, value, ...; a later key replaces an earlier one
  global,  // `text`: "module.name"
  object,  // a resolver's own; `integer` is its number
  opaque,  // something of no use here; `text`: its class, if that is unknown
};

struct Value {
  Kind kind = Kind::none;
  int64_t integer = 0;
  double floating = 0;
  std::string_view text;  // into the pickle, or Heap::texts
  std::vector<Id> items;
};

struct Heap {
  std::deque<Value> values;       // grows without a copy
  std::deque<std::string> texts;  // unescaped texts

  Id add(Value value);  // throws bad_input past kMaxValues
  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
  const Value& operator[](Id id) const { return values[id]; }
  Value& operator[](Id id) { return values[id]; }

  static constexpr size_t kMaxValues = 2'000'000;
};

}  // namespace fxe::pickle
