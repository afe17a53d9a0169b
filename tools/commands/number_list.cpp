// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/number_list.h"

#include <charconv>
#include <cmath>

#include "engine/error.h"

namespace fxe {

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::vector<double> parse_numbers(std::string_view text, std::string_view option, size_t count) {
  std::vector<double> values;
  for (const auto& part : split_list(text)) {
    double value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.empty() || error != std::errc{} || end != part.data() + part.size() || !std::isfinite(value) ||
        !(value > 0))
      throw bad_input("{}: expected numbers above 0, found '{}'", option, part);
    values.push_back(value);
  }
  if (values.size() == 1) values.assign(count, values[0]);
  if (values.size() != count)
    throw bad_input("{}: expected one number or {}, found {}", option, count, values.size());
  return values;
}

}  // namespace fxe
