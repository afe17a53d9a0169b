// SPDX-License-Identifier: Apache-2.0
#include "engine/input/class_dict.h"

#include <charconv>
#include <optional>

#include "engine/bounded_json.h"
#include "engine/error.h"

namespace fxe {

namespace {

using Json = nlohmann::json;
constexpr std::string_view kSpace = " \t\r\n";
constexpr JsonLimits kLimits{
    .bytes = size_t{1} << 28, .depth = 8, .keys = kMaxClasses, .values = size_t{1} << 22};

// Puts each name in its place and checks that every place has one.
class Places {
 public:
  explicit Places(const std::string& where) : where_(where) {}

  void put(size_t index, std::string name) {
    if (index >= kMaxClasses)
      throw bad_input("{}: class {}; expected at most {}", where_, index, kMaxClasses - 1);
    if (name.empty()) throw bad_input("{}: class {} has an empty name", where_, index);
    if (index >= names_.size()) names_.resize(index + 1);
    if (!names_[index].empty()) throw bad_input("{}: class {} appears twice", where_, index);
    names_[index] = std::move(name);
  }
  std::vector<std::string> names() {
    for (size_t i = 0; i < names_.size(); ++i)
      if (names_[i].empty())
        throw bad_input("{}: no name for class {}, but for class {}", where_, i, names_.size() - 1);
    if (names_.empty()) throw bad_input("{}: no classes", where_);
    return std::move(names_);
  }

 private:
  const std::string& where_;
  std::vector<std::string> names_;
};

// "tench", or ["n01440764", "tench"] joined to one line.
std::optional<std::string> name_in(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array() || value.empty()) return std::nullopt;
  std::string name;
  for (const auto& part : value) {
    if (!part.is_string()) return std::nullopt;
    name += (name.empty() ? "" : " ") + part.get<std::string>();
  }
  return name;
}

std::optional<size_t> whole(std::string_view text) {
  size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What a config.json beside weights says: transformers' id2label, timm's label_names.
const Json* names_in_config(const Json& json) {
  for (const char* key : {"id2label", "label_names"})
    if (json.is_object() && json.contains(key) && json[key].is_structured()) return &json[key];
  return nullptr;
}

std::vector<std::string> from_json(const Json& json, const std::string& where) {
  if (const Json* names = names_in_config(json)) return from_json(*names, where);
  if (json.is_object() && json.contains("pretrained_cfg"))
    if (const Json* names = names_in_config(json["pretrained_cfg"])) return from_json(*names, where);
  Places places(where);
  size_t i = 0;
  for (const auto& [key, value] : json.items()) {
    const auto index = json.is_array()              ? std::optional(i++)
                       : value.is_number_unsigned() ? std::optional(value.get<size_t>())
                                                    : whole(key);
    const auto name = json.is_object() && value.is_number_unsigned() ? key : name_in(value);
    if (!index || !name)
      throw bad_input(
          "{}: expected class names as a list, {{\"0\": name, ...}} or {{name: 0, ...}}, found '{}'", where,
          key.substr(0, 80));
    places.put(*index, *name);
  }
  return places.names();
}

// {0: 'tench', 1: "jack-o'-lantern"}
class PythonDict {
 public:
  PythonDict(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  std::vector<std::string> read() {
    Places places(where_);
    expect('{');
    while (peek() != '}') {
      const size_t start = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      const auto index = whole(text_.substr(start, at_ - start));
      if (!index) fail("a class index");
      expect(':');
      places.put(*index, quoted());
      if (peek() != ',') break;
      ++at_;
    }
    expect('}');
    if (text_.find_first_not_of(kSpace, at_) != text_.npos) fail("the end");
    return places.names();
  }

 private:
  char peek() {
    at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  void expect(char c) {
    if (peek() != c) fail({&c, 1});
    ++at_;
  }
  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("a quoted name");
    std::string name;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\') {  // Python escapes only these two as themselves
        if (++at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"' && text_[at_] != '\\'))
          fail("\\', \\\" or \\\\");
      }
      name += text_[at_];
    }
    expect(quote);
    return name;
  }
  [[noreturn]] void fail(std::string_view expected) const {
    throw bad_input("{}: byte {}: expected {} in a dict {{0: 'name', ...}}, found '{}'", where_, at_ + 1,
                    expected, text_.substr(std::min(at_, text_.size()), 20));
  }

  std::string_view text_;
  const std::string& where_;
  size_t at_ = 0;
};

}  // namespace

bool is_class_dict(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace), last = text.find_last_not_of(kSpace);
  if (first == text.npos) return false;
  return (text[first] == '{' && text[last] == '}') || (text[first] == '[' && text[last] == ']');
}

std::vector<std::string> parse_class_dict(std::string_view text, const std::string& where) {
  const auto inside = text.find_first_not_of(kSpace, text.find_first_of("{[") + 1);
  if (inside != text.npos && text[inside] >= '0' && text[inside] <= '9' && text.find('{') < inside)
    return PythonDict(text, where).read();
  return from_json(parse_json<Json>(text, kLimits, where), where);
}

}  // namespace fxe
