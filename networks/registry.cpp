// SPDX-License-Identifier: Apache-2.0
#include "networks/registry.h"

#include <algorithm>
#include <charconv>

#include "engine/error.h"
#include "engine/names.h"
#include "networks/entries.h"

namespace fxe {

namespace {

const NetworkEntry& find_entry(std::string_view name) {
  for (const auto& e : network_entries())
    if (e.name == name) return e;
  const auto names = network_names();
  throw bad_input("no network is called '{}' (nearest: {}); fxe inspect --networks lists all", name,
                  fmt::join(nearest_names(name, names), ", "));
}

template <class T>
T parse_number(std::string_view key, std::string_view text, T low, T high) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= low && value <= high))
    throw bad_input("network option {}: expected a number from {} to {}, found '{}'", key, low, high, text);
  return value;
}

void set_option(NetworkOptions& options, std::string_view key, std::string_view value) {
  if (key == "classes") {
    options.classes = parse_number<int64_t>(key, value, 1, 1 << 24);
  } else if (key == "input") {
    const auto x = value.find('x');
    options.input.h = parse_number<int64_t>(key, value.substr(0, x), 1, 1 << 15);
    options.input.w =
        x == value.npos ? options.input.h : parse_number<int64_t>(key, value.substr(x + 1), 1, 1 << 15);
  } else if (key == "width") {
    options.width = parse_number<double>(key, value, 0.01, 16);
  } else if (key == "activation") {
    if (value == "relu")
      options.activation = Activation::relu();
    else if (value == "relu6")
      options.activation = Activation::relu6();
    else if (value == "leaky_relu")
      options.activation = Activation::leaky_relu(0.01f);
    else
      throw bad_input("network option activation: expected relu, relu6 or leaky_relu, found '{}'", value);
  } else if (key == "transform_input") {
    if (value != "true" && value != "false")
      throw bad_input("network option transform_input: expected true or false, found '{}'", value);
    options.transform_input = value == "true";
  } else {  // slope
    options.activation = Activation::leaky_relu(parse_number<float>(key, value, 0, 1));
  }
}

struct Parsed {
  const NetworkEntry& entry;
  NetworkOptions options;
};

Parsed parse(std::string_view spec) {
  const auto colon = spec.find(':');
  const NetworkEntry& entry = find_entry(spec.substr(0, colon));
  NetworkOptions options = entry.defaults;
  std::string_view rest = colon == spec.npos ? std::string_view{} : spec.substr(colon + 1);
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const auto equals = item.find('=');
    if (equals == item.npos)
      throw bad_input("network '{}': expected key=value after ':', found '{}'", spec, item);
    const auto key = item.substr(0, equals);
    if (key != "classes" && key != "input" && std::ranges::find(entry.options, key) == entry.options.end())
      throw bad_input("network option '{}': {} takes {}classes and input", key, entry.name,
                      entry.options.empty() ? "" : fmt::format("{}, ", fmt::join(entry.options, ", ")));
    set_option(options, key, item.substr(equals + 1));
    rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return {entry, options};
}

}  // namespace

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const auto& e : network_entries()) names.emplace_back(e.name);
  return names;
}

Graph build_network(std::string_view spec) {
  const auto [entry, options] = parse(spec);
  return entry.build(options);
}

std::string_view usual_preprocess(std::string_view spec) {
  const auto [entry, options] = parse(spec);
  return options.transform_input ? "torchvision-224" : entry.preprocess;
}

}  // namespace fxe
