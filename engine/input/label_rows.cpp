// SPDX-License-Identifier: Apache-2.0
#include "engine/input/label_rows.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "engine/bounded_json.h"
#include "engine/error.h"
#include "engine/input/folder_listing.h"
#include "engine/input/text_file.h"

namespace fxe {

namespace {

using Fields = std::vector<std::string>;

// Column names of HF's metadata.csv, Kaggle's LOC_val_solution.csv, fxe's own predictions, and others.
constexpr std::array<std::string_view, 11> kFileColumns = {"file_name", "filename",   "file",      "path",
                                                           "file_path", "filepath",   "image",     "image_id",
                                                           "imageid",   "image_path", "image_file"};
constexpr std::array<std::string_view, 14> kLabelColumns = {
    "label",    "labels",     "class",  "class_id", "class_name", "class_index",      "label_id",
    "category", "label_name", "target", "synset",   "wnid",       "predictionstring", "index"};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string_view trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  return start == text.npos ? "" : text.substr(start, text.find_last_not_of(" \t") + 1 - start);
}

// The one column with one of these names; -1 if there is none.
template <size_t N>
int column(const Fields& head, const std::array<std::string_view, N>& names, const std::string& where) {
  int found = -1;
  for (size_t i = 0; i < head.size(); ++i) {
    if (std::ranges::find(names, lower(head[i])) == names.end()) continue;
    if (found >= 0)
      throw bad_input("{}: columns '{}' and '{}' could both be it; leave one", where,
                      head[static_cast<size_t>(found)], head[i]);
    found = static_cast<int>(i);
  }
  return found;
}

std::optional<Fields> csv_fields(std::string_view line) {
  Fields fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"')
      fields.back() += line[i++];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  if (quoted) return std::nullopt;
  for (auto& field : fields) field = std::string(trimmed(field));
  return fields;
}

// Kaggle's "n01978287 240 170 260 240 n01978287 ...": the synset of an image's boxes, which must agree.
std::string of_boxes(const std::string& label, const std::string& where) {
  Fields words;
  for (size_t at = 0; at < label.size();) {
    const auto end = std::min(label.find(' ', at), label.size());
    if (end > at) words.push_back(label.substr(at, end - at));
    at = end + 1;
  }
  if (words.size() < 5 || words.size() % 5) return label;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i % 5 && !whole_number(words[i])) return label;
    if (i % 5 == 0 && words[i] != words[0])
      throw bad_input("{}: boxes of '{}' and of '{}'; expected one class", where, words[0], words[i]);
  }
  return words[0];
}

class Rows {
 public:
  Rows(const std::string& where, const std::function<void(const LabelRow&)>& f) : where_(where), f_(f) {}

  void read(std::string_view line, size_t number) {
    text_ = line;
    number_ = number;
    if (form_ == Form::unknown) {
      form_ = form_of(line);
      if (form_ == Form::csv && read_head(line)) return;
    }
    switch (form_) {
      case Form::csv:
        return read_csv(line);
      case Form::json:
        return read_json(line);
      default:
        return read_words(line);
    }
  }

 private:
  enum class Form { unknown, words, csv, json };

  std::string here() const { return fmt::format("{}:{}", where_, number_); }
  [[noreturn]] void refuse(std::string_view expected) const {
    throw bad_input("{}: expected {}, found '{}'", here(), expected, text_.substr(0, 80));
  }
  void give(std::string file, std::string label) { f_({std::move(file), std::move(label), number_, text_}); }

  static Form form_of(std::string_view line) {
    if (line.starts_with('{')) return Form::json;
    if (line.find(',') == line.npos || line.find('\t') != line.npos) return Form::words;
    // "tench, x.jpg 3" is a file and its class, "x.jpg, 3" is not.
    const auto space = line.find_last_of(' ');
    if (space == line.npos || !whole_number(line.substr(space + 1))) return Form::csv;
    return trimmed(line.substr(0, space)).ends_with(',') ? Form::csv : Form::words;
  }

  // Whether this is a head line.
  bool read_head(std::string_view line) {
    const auto fields = csv_fields(line);
    if (!fields) refuse("a closing quote");
    file_ = column(*fields, kFileColumns, here());
    if (file_ < 0) {
      if (fields->size() != 2) refuse("a head line with file_name and label, or lines 'file,label'");
      file_ = 0;
      label_ = 1;
      return false;
    }
    label_ = column(*fields, kLabelColumns, here());
    if (label_ < 0) refuse("a column label (or class, synset, ...) beside that of files");
    return true;
  }

  void read_csv(std::string_view line) {
    const auto fields = csv_fields(line);
    if (!fields) refuse("a closing quote");
    const auto last = static_cast<size_t>(std::max(file_, label_));
    if (fields->size() <= last) refuse(fmt::format("at least {} columns", last + 1));
    const auto& file = (*fields)[static_cast<size_t>(file_)];
    if (file.empty()) refuse("a file's name");
    give(file, of_boxes((*fields)[static_cast<size_t>(label_)], here()));
  }

  void read_json(std::string_view line) {
    const auto json = parse_json<nlohmann::json>(line, {.bytes = 1 << 16, .depth = 16, .keys = 256}, here());
    if (!json.is_object()) refuse("an object with file_name and label");
    Fields keys;
    for (const auto& [key, value] : json.items()) keys.push_back(key);
    const int file = column(keys, kFileColumns, here()), label = column(keys, kLabelColumns, here());
    if (file < 0 || label < 0) refuse("an object with file_name and label");
    const auto& name = json[keys[static_cast<size_t>(file)]];
    const auto& value = json[keys[static_cast<size_t>(label)]];
    if (!name.is_string() || name.get<std::string>().empty()) refuse("a file's name");
    if (!value.is_string() && !value.is_number_unsigned() && !value.is_null())
      refuse("a class index or name as label");
    give(name, value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump());
  }

  void read_words(std::string_view line) {
    if (line.find('\t') != line.npos) return read_tabs(line);
    auto space = line.find_last_of(' ');
    if (space != line.npos && !whole_number(line.substr(space + 1)))
      // A class name may have spaces: it starts after the file's ending.
      for (size_t i = line.find(' '); i != line.npos; i = line.find(' ', i + 1))
        if (is_image_name(std::string(line.substr(0, i)))) {
          space = i;
          break;
        }
    const auto file = space == line.npos ? "" : trimmed(line.substr(0, space));
    if (file.empty())
      refuse(number_ == 1 ? "'file index', because labels alone do not say of which images" : "'file index'");
    give(std::string(file), std::string(trimmed(line.substr(space))));
  }

  void read_tabs(std::string_view line) {
    Fields columns;
    for (size_t at = 0; at <= line.size();) {
      const auto end = std::min(line.find('\t', at), line.size());
      if (const auto text = trimmed(line.substr(at, end - at)); !text.empty()) columns.emplace_back(text);
      at = end + 1;
    }
    const auto is_number = [](const std::string& s) { return whole_number(s).has_value(); };
    if (columns.size() < 2 || !std::all_of(columns.begin() + 2, columns.end(), is_number))
      refuse("'file index'");
    give(columns[0], columns[1]);
  }

  const std::string& where_;
  const std::function<void(const LabelRow&)>& f_;
  Form form_ = Form::unknown;
  int file_ = -1, label_ = -1;  // CSV columns
  std::string_view text_;
  size_t number_ = 0;
};

}  // namespace

void for_each_label_row(std::string_view text, const std::string& where,
                        const std::function<void(const LabelRow&)>& f) {
  Rows rows(where, f);
  for_each_line(text, where, [&](std::string_view line, size_t number) { rows.read(line, number); });
}

}  // namespace fxe
