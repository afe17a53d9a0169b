// SPDX-License-Identifier: Apache-2.0
#include "engine/bounded_json.h"

#include <string>
#include <unordered_set>
#include <vector>

#include "engine/byte_order_mark.h"
#include "engine/error.h"

namespace fxe {

namespace {

// Drops the exception's own name and the text read last, which may be as long as the file.
std::string_view reason(std::string_view what) {
  if (const auto name = what.find("] "); what.starts_with('[') && name != what.npos)
    what.remove_prefix(name + 2);
  return what.substr(0, what.find("; last read")).substr(0, 200);
}

}  // namespace

template <class Json>
Json parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    throw bad_input("it is {} bytes long; at most {} are expected", text.size(), limits.bytes);
  text = without_byte_order_mark(text);
  // The keys of the object open at each depth. JSON allows a key twice, but one of the values would be lost
  // without a word.
  std::vector<std::unordered_set<std::string>> keys(static_cast<size_t>(limits.depth) + 1);
  size_t values = 0;
  using Event = typename Json::parse_event_t;
  const auto check = [&](int depth, Event event, Json& parsed) {
    if (event == Event::object_start || event == Event::array_start || event == Event::value)
      if (++values > limits.values) throw bad_input("it has more than {} values", limits.values);
    if (event == Event::object_start || event == Event::array_start) {
      if (depth >= limits.depth) throw bad_input("it is nested more than {} levels deep", limits.depth);
      keys[static_cast<size_t>(depth) + 1].clear();
    }
    if (event == Event::key) {
      auto& here = keys[static_cast<size_t>(depth)];
      if (!here.insert(parsed.template get<std::string>()).second)
        throw bad_input("key '{}' is given twice in one object",
                        parsed.template get<std::string>().substr(0, 100));
      if (here.size() > limits.keys) throw bad_input("it has an object of more than {} keys", limits.keys);
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check);
  } catch (const typename Json::parse_error& e) {
    throw bad_input("it is not JSON at byte {}: {}", e.byte, reason(e.what()));
  } catch (const typename Json::exception& e) {
    throw bad_input("it is not JSON that fxe reads: {}", reason(e.what()));
  }
}

template <class Json>
Json parse_json(std::string_view text, const JsonLimits& limits, std::string_view where) {
  try {
    return parse_json<Json>(text, limits);
  } catch (const Error& e) {
    throw bad_input("{}: {}", where, e.what());
  }
}

template nlohmann::json parse_json(std::string_view, const JsonLimits&);
template nlohmann::ordered_json parse_json(std::string_view, const JsonLimits&);
template nlohmann::json parse_json(std::string_view, const JsonLimits&, std::string_view);
template nlohmann::ordered_json parse_json(std::string_view, const JsonLimits&, std::string_view);

}  // namespace fxe
