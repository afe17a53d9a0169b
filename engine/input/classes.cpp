// SPDX-License-Identifier: Apache-2.0
#include "engine/input/classes.h"

#include <algorithm>

#include "engine/byte_order_mark.h"
#include "engine/error.h"
#include "engine/input/class_dict.h"
#include "engine/input/imagenet_classes.h"
#include "engine/input/text_file.h"
#include "engine/names.h"

namespace fxe {

namespace {

std::vector<std::string> checked(std::vector<std::string> lines, const std::string& where) {
  if (lines.size() > kMaxClasses)
    throw bad_input("{}: {} lines, expected at most {} classes", where, lines.size(), kMaxClasses);
  for (size_t i = 0; i < lines.size(); ++i)
    if (lines[i].empty()) throw bad_input("{}:{}: an empty line; expected one class a line", where, i + 1);
  if (lines.empty()) throw bad_input("{}: no classes; expected one a line", where);
  return lines;
}

// "tench" of "n01440764 tench, Tinca tinca" and of "tench, Tinca tinca".
std::string first_name(const std::string& line) {
  const size_t start = folder_name(line) == line ? 0 : line.find_first_not_of(" \t,", 9);
  if (start == line.npos) return "";
  const auto end = std::min(line.find(',', start), line.size());
  return line.substr(start, line.find_last_not_of(" \t", end - 1) + 1 - start);
}

// Folder names often have "_" for a space, and so does Keras' list.
std::string with_spaces(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

}  // namespace

std::vector<std::string> read_classes(const std::filesystem::path& path) {
  std::error_code error;
  const auto name = path.filename();
  if ((name == "imagenet" || name == "imagenet-background") && !std::filesystem::exists(path, error)) {
    auto classes = imagenet_classes();
    if (name != "imagenet") classes.insert(classes.begin(), "background");
    return classes;
  }
  return parse_classes(read_text(path), path.string());
}

std::vector<std::string> parse_classes(std::string_view text, const std::string& where) {
  text = without_byte_order_mark(text, where);
  if (is_class_dict(text)) return parse_class_dict(text, where);
  return checked(parse_lines(text, where), where);
}

std::string folder_name(const std::string& line) {
  const bool alone = line.size() == 9;
  if (line.size() >= 9 && is_synset(line.substr(0, 9)) &&
      (alone || line[9] == ' ' || line[9] == '\t' || line[9] == ','))
    return line.substr(0, 9);
  return line;
}

bool is_synset(std::string_view name) {
  return name.size() == 9 && name[0] == 'n' &&
         std::ranges::all_of(name.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

ClassNames::ClassNames(const std::vector<std::string>& classes) {
  for (size_t i = 0; i < classes.size(); ++i) {
    const int index = static_cast<int>(i);
    const auto name = folder_name(classes[i]);
    exact_.emplace(name, index);
    if (name != classes[i]) exact_.emplace(classes[i], index);
    const auto first = first_name(classes[i]);
    if (!first.empty()) first_.emplace(with_spaces(first), index);
    suggested_.push_back(first.empty() ? name : first);
  }
}

std::vector<int> ClassNames::find(std::string_view name) const {
  auto range = exact_.equal_range(name);
  if (range.first == range.second) range = first_.equal_range(with_spaces(std::string(name)));
  std::vector<int> found;
  for (auto i = range.first; i != range.second; ++i) found.push_back(i->second);
  return found;
}

std::string ClassNames::nearest(std::string_view name) const {
  if (is_synset(name)) return "";  // a similar number is another class
  return nearest_hint(name, suggested_);
}

}  // namespace fxe
