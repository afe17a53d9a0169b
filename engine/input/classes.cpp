// SPDX-License-Identifier: Apache-2.0
#include "engine/input/classes.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/input/text_file.h"

namespace fxe {

namespace {

constexpr size_t kMaxClasses = size_t{1} << 20;

std::vector<std::string> checked(std::vector<std::string> lines, const std::string& where) {
  if (lines.size() > kMaxClasses)
    throw bad_input("{}: {} lines, expected at most {} classes", where, lines.size(), kMaxClasses);
  for (size_t i = 0; i < lines.size(); ++i)
    if (lines[i].empty()) throw bad_input("{}:{}: an empty line; expected one class a line", where, i + 1);
  if (lines.empty()) throw bad_input("{}: no classes; expected one a line", where);
  return lines;
}

}  // namespace

std::vector<std::string> read_classes(const std::filesystem::path& path) {
  return checked(read_lines(path), path.string());
}

std::vector<std::string> parse_classes(std::string_view text, const std::string& where) {
  return checked(parse_lines(text, where), where);
}

std::string folder_name(const std::string& line) {
  const auto digits = [](char c) { return c >= '0' && c <= '9'; };
  if (line.size() >= 9 && line[0] == 'n' && std::all_of(line.begin() + 1, line.begin() + 9, digits) &&
      (line.size() == 9 || line[9] == ' ' || line[9] == '\t' || line[9] == ','))
    return line.substr(0, 9);
  return line;
}

}  // namespace fxe
