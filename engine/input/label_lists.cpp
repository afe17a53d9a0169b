// SPDX-License-Identifier: Apache-2.0
#include "engine/input/label_lists.h"

#include <nlohmann/json.hpp>
#include <set>

#include "engine/byte_order_mark.h"
#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/dataset.h"
#include "engine/input/text_file.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;
constexpr size_t kMaxRealBytes = size_t{64} << 20;
constexpr size_t kMaxRealImages = size_t{1} << 20, kMaxRealIndices = size_t{1} << 22;

// Reads [[...], [...]] as a stream: keeps nothing else, however deep or large the file is.
class RealReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<std::vector<int>> lists;
  std::string found;  // what stopped it

  bool start_array(size_t) override {
    if (++depth_ > 2) return stop("a list within a list");
    if (depth_ == 2 && lists.size() == kMaxRealImages)
      return stop("more than " + std::to_string(lists.size()));
    if (depth_ == 2) lists.emplace_back();
    return true;
  }
  bool end_array() override { return --depth_, true; }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ != 2) return stop("a number");
    if (value > 1'000'000) return stop(std::to_string(value));
    if (++indices_ > kMaxRealIndices) return stop("more than " + std::to_string(kMaxRealIndices));
    lists.back().push_back(static_cast<int>(value));
    return true;
  }
  bool number_integer(number_integer_t value) override { return stop(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return stop(text.substr(0, 20)); }
  bool null() override { return stop("null"); }
  bool boolean(bool) override { return stop("true or false"); }
  bool string(string_t&) override { return stop("text"); }
  bool binary(binary_t&) override { return stop("binary data"); }
  bool start_object(size_t) override { return stop("an object"); }
  bool key(string_t&) override { return stop("a key"); }
  bool end_object() override { return stop("an object"); }
  bool parse_error(size_t at, const std::string&, const nlohmann::json::exception&) override {
    return stop("no JSON at byte " + std::to_string(at));
  }

 private:
  bool stop(std::string what) {
    found = std::move(what);
    return false;
  }

  int depth_ = 0;
  size_t indices_ = 0;
};

// 17 for "val/n01440764/ILSVRC2012_val_00000017.JPEG"; 0 for other names.
int validation_number(std::string_view path) {
  constexpr std::string_view kStart = "ILSVRC2012_val_";
  const std::string stem = fs::path(path).stem().string();
  if (!stem.starts_with(kStart) || stem.size() != kStart.size() + 8) return 0;
  return whole_number(std::string_view(stem).substr(kStart.size())).value_or(0);
}

}  // namespace

std::vector<std::vector<int>> read_real_labels(const fs::path& path) {
  std::vector<std::byte> bytes;
  read_file(path, kMaxRealBytes, bytes);
  return parse_real_labels({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

std::vector<std::vector<int>> parse_real_labels(std::string_view json, const std::string& where) {
  json = without_byte_order_mark(json, where);
  RealReader reader;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader))
    throw bad_input(
        "{}: entry {}: expected a list of class indices for each image, [[65], [970, 795], ...], found {}",
        where, reader.lists.size(), reader.found);
  if (reader.lists.empty()) throw bad_input("{}: no labels; expected [[65], [970, 795], ...]", where);
  return std::move(reader.lists);
}

void apply_real_labels(Dataset& dataset, const std::vector<std::vector<int>>& labels, const fs::path& file) {
  size_t labelled = 0;
  dataset.more_labels.assign(dataset.images(), {});
  for (size_t i = 0; i < dataset.images(); ++i) {
    const int number = validation_number(dataset.paths[i]);
    if (number < 1 || static_cast<size_t>(number) > labels.size())
      throw bad_input(
          "{}: {} holds labels of ILSVRC2012_val_00000001 to {:08d}; expected images of these names",
          dataset.paths[i], file.string(), labels.size());
    const auto& list = labels[static_cast<size_t>(number) - 1];
    dataset.labels[i] = list.empty() ? -1 : list[0];
    dataset.more_labels[i].assign(list.empty() ? list.begin() : list.begin() + 1, list.end());
    labelled += !list.empty();
  }
  dataset.layout += fmt::format("; labels from {}: {} of {} images have one", file.filename().string(),
                                labelled, dataset.images());
}

std::map<std::string, int> read_class_map(const fs::path& path) {
  return parse_class_map(read_lines(path), path.string());
}

std::map<std::string, int> parse_class_map(const std::vector<std::string>& lines, const std::string& where) {
  std::map<std::string, int> map;
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto space = lines[i].find_last_of(" \t");
    std::string name = lines[i];
    int index = static_cast<int>(i);
    if (space != std::string::npos) {
      const auto number = whole_number(std::string_view(lines[i]).substr(space + 1));
      name = lines[i].substr(0, lines[i].find_last_not_of(" \t", space) + 1);
      if (!number)
        throw bad_input("{}:{}: expected 'folder' or 'folder index', found '{}'", where, i + 1,
                        lines[i].substr(0, 80));
      index = *number;
    }
    if (name.empty())
      throw bad_input("{}:{}: expected 'folder' or 'folder index', found an empty line", where, i + 1);
    if (!map.emplace(name, index).second) throw bad_input("{}:{}: '{}' appears twice", where, i + 1, name);
  }
  if (map.empty()) throw bad_input("{}: no lines 'folder' or 'folder index'", where);
  return map;
}

std::vector<int> read_valid_labels(const fs::path& path, const std::vector<std::string>& classes,
                                   int64_t class_count) {
  return parse_valid_labels(read_lines(path), classes, class_count, path.string());
}

std::vector<int> parse_valid_labels(const std::vector<std::string>& lines,
                                    const std::vector<std::string>& classes, int64_t class_count,
                                    const std::string& where) {
  const ClassNames names(classes);
  std::vector<int> valid;
  std::set<int> taken;
  for (size_t i = 0; i < lines.size(); ++i) {
    auto number = whole_number(lines[i]);
    if (!number) {
      // A line may be the synset alone, or followed by its names.
      auto found = names.find(lines[i]);
      if (found.empty()) found = names.find(folder_name(lines[i]));
      if (found.empty())
        throw bad_input("{}:{}: expected a class index or one of the {} classes, found '{}'{}", where, i + 1,
                        classes.size(), lines[i].substr(0, 80),
                        classes.empty() ? " (the ensemble names no classes)" : names.nearest(lines[i]));
      if (found.size() > 1)
        throw bad_input("{}:{}: '{}' is the name of {} classes; give its index", where, i + 1,
                        lines[i].substr(0, 80), found.size());
      number = found[0];
    }
    if (*number >= class_count)
      throw bad_input("{}:{}: class {} of {}; indices are 0-based", where, i + 1, *number, class_count);
    if (!taken.insert(*number).second)
      throw bad_input("{}:{}: class {} appears twice", where, i + 1, *number);
    valid.push_back(*number);
  }
  if (valid.empty()) throw bad_input("{}: no classes; expected one a line", where);
  return valid;
}

}  // namespace fxe
