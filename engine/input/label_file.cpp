// SPDX-License-Identifier: Apache-2.0
#include "engine/input/label_file.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>
#include <unordered_map>

#include "engine/error.h"
#include "engine/input/class_dict.h"
#include "engine/input/class_folders.h"
#include "engine/input/folder_listing.h"
#include "engine/input/label_rows.h"
#include "engine/input/text_file.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

// A distinct label of the file.
struct Label {
  std::string text;
  size_t line;  // of its first use
};

bool is_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// The class of each label.
std::vector<int> indices(const std::vector<Label>& labels, size_t classes, const std::string& where) {
  std::vector<int> result;
  const Label* past = nullptr;
  for (const auto& label : labels) {
    result.push_back(*whole_number(label.text));
    if (classes && result.back() >= static_cast<int>(classes) && !past) past = &label;
  }
  if (past) {
    const auto [least, most] = std::ranges::minmax(result);
    throw bad_input("{}:{}: class {} of {}; indices are 0-based{}", where, past->line, past->text, classes,
                    least >= 1 && most == static_cast<int>(classes)
                        ? ", and this file seems to count from 1: take 1 from each"
                        : "");
  }
  return result;
}

std::vector<int> named(const std::vector<Label>& labels, const Labelling& known, const std::string& where,
                       Dataset& dataset) {
  std::vector<size_t> order(labels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) -> const std::string& { return labels[i].text; });
  std::vector<std::string> names;
  for (const size_t i : order) names.push_back(labels[i].text);
  const auto found = find_classes(names, known, where, "label");
  dataset.classes = found.classes;
  dataset.imagenet = found.imagenet;
  dataset.layout = ", class = " + found.order;
  std::vector<int> result(labels.size());
  for (size_t i = 0; i < order.size(); ++i) result[order[i]] = found.index[i];
  return result;
}

void refuse_outside(const LabelRow& row, const std::string& where) {
  const auto plain = fs::path(row.file).lexically_normal();
  if (plain.is_absolute() || *plain.begin() == "..")
    throw bad_input("{}:{}: '{}' leads out of the folder", where, row.line, row.file);
}

// How a label file's path becomes a file: leading folders dropped, a folder and an ending added.
struct Rewriting {
  std::string start, folder, ending;

  std::string apply(std::string_view path) const {
    return folder + std::string(path.substr(start.size())) + ending;
  }
  std::string text() const {
    std::string text;
    if (!start.empty()) text += ", without " + start;
    if (!folder.empty()) text += ", in " + folder;
    if (!ending.empty()) text += ", with " + ending;
    return text;
  }
};

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

constexpr size_t kTried = 16;  // images, leading folders, and folders of the root

// The rewriting that finds this image with the least change, if any.
std::optional<Rewriting> find_rewriting(const fs::path& root, const std::string& path,
                                        const std::vector<std::string>& folders) {
  for (size_t start = 0, tried = 0; start < path.size() && tried < kTried; ++tried) {
    for (const char* ending : {"", ".JPEG", ".jpg", ".jpeg", ".png", ".webp"}) {
      if (*ending && is_image_name(path)) break;
      std::vector<Rewriting> found;
      for (const auto& folder : folders) {
        const Rewriting r{path.substr(0, start), folder, ending};
        if (is_file(root / r.apply(path))) found.push_back(r);
        if (found.size() == 1 && folder.empty()) break;
      }
      if (found.size() > 1)
        throw bad_input("{}: '{}' could be {} or {}; name one of these folders", root.string(), path,
                        found[0].apply(path), found[1].apply(path));
      if (!found.empty()) return found[0];
    }
    start = std::min(path.find('/', start), path.size() - 1) + 1;
  }
  return std::nullopt;
}

// "val" for "data/val/" and "val.txt"; empty if it names no split.
std::string split_of(const fs::path& path) {
  const auto plain = fs::absolute(path).lexically_normal();
  const auto name = (plain.has_filename() ? plain : plain.parent_path()).stem().string();
  return is_split(name) ? name : "";
}

// Images of two splits may share names: labels of one must not become those of the other.
void check_splits(const Dataset& dataset, const Rewriting& rewriting, const std::string& where) {
  for (const auto& path : dataset.paths)
    if (!path.starts_with(rewriting.start))
      throw bad_input("{}: '{}' does not lie in {} as others do; give paths that lead there from {}", where,
                      path, rewriting.start, dataset.root.string());
  const auto labels = rewriting.start.empty() ? split_of(where) : split_of(rewriting.start);
  const auto images = split_of(dataset.root / rewriting.folder);
  if (!labels.empty() && !images.empty() && labels != images)
    throw bad_input("{}: labels of {}, but {} is {}", where, labels,
                    (dataset.root / rewriting.folder).string(), images);
}

void find_images(Dataset& dataset, const std::string& where) {
  for (const auto& path : dataset.paths)
    if (is_file(dataset.root / path)) return;
  LeftOut ignored;
  std::vector<std::string> folders{""};
  for (const auto& f : list_folder(dataset.root, "", ignored).folders) folders.push_back(f + "/");
  if (folders.size() > kTried) folders.resize(1);  // of classes
  std::optional<Rewriting> rewriting;
  size_t tried = 0;
  for (auto path = dataset.paths.begin(); !rewriting && tried < kTried && path != dataset.paths.end();
       ++path, ++tried)
    rewriting = find_rewriting(dataset.root, *path, folders);
  const auto first = *dataset.paths.begin();
  if (!rewriting)
    throw bad_input("{}: none of its {} images is in {}; the first would be {}", where, dataset.images(),
                    dataset.root.string(), (dataset.root / first).string());
  check_splits(dataset, *rewriting, where);
  TextList paths;
  for (const auto& path : dataset.paths) paths.push_back(rewriting->apply(path));
  dataset.layout += rewriting->text();
  dataset.paths = std::move(paths);
}

// Counts images beside those the file names.
void count_unnamed(Dataset& dataset, const std::string& file) {
  std::set<std::string> folders;
  std::vector<size_t> named;  // by hash: a set of the names would be as large as the list
  for (const auto& path : dataset.paths) {
    const auto plain = fs::path(path).lexically_normal().string();
    folders.insert(plain.substr(0, plain.rfind('/') + 1));
    named.push_back(std::hash<std::string>{}(plain));
  }
  std::ranges::sort(named);
  const auto reason = fmt::format("not named in {}", file);
  for (const auto& folder : folders) {
    std::error_code error;
    if (!fs::is_directory(dataset.root / folder, error)) continue;
    const auto listing = list_folder(dataset.root / folder, folder, dataset.left_out);
    for (const std::string_view name : sorted_images(listing)) {
      const auto path = folder + std::string(name);
      if (!std::ranges::binary_search(named, std::hash<std::string>{}(path)))
        dataset.left_out.add(reason, path);
    }
  }
}

}  // namespace

void refuse_devkit(const fs::path& where) {
  throw bad_input(
      "{}: the devkit's ground truth numbers classes from 1 in an order of its own; give the labels as lines "
      "'file index' (0-based, order of the ensemble's classes) with --labels",
      where.string());
}

Dataset parse_labels(std::string_view text, const Labelling& known, const std::string& where,
                     bool in_folder) {
  Dataset dataset;
  std::vector<Label> labels;
  std::unordered_map<std::string, int> places;
  for_each_label_row(text, where, [&](const LabelRow& row) {
    if (in_folder) refuse_outside(row, where);
    if (row.label.empty()) return dataset.add(row.file, -1);
    const auto [place, fresh] = places.emplace(row.label, static_cast<int>(labels.size()));
    if (fresh) {
      const bool number = whole_number(row.label).has_value();
      if ((!number && is_number(row.label)) || (!number && !labels.empty() && whole_number(labels[0].text)))
        throw bad_input("{}:{}: expected 'file index', found '{}'", where, row.line, row.text.substr(0, 80));
      labels.push_back({row.label, row.line});
      if (labels.size() > kMaxClasses)
        throw bad_input("{}: more than {} different labels", where, kMaxClasses);
    }
    dataset.add(row.file, place->second);
  });
  if (dataset.images() == 0) throw bad_input("{}: no lines 'file index' found", where);
  if (labels.empty()) throw bad_input("{}: no image has a label", where);
  const size_t classes = known.classes.empty() ? known.class_count : known.classes.size();
  const auto index =
      whole_number(labels[0].text) ? indices(labels, classes, where) : named(labels, known, where, dataset);
  for (int& label : dataset.labels)
    if (label >= 0) label = index[static_cast<size_t>(label)];
  return dataset;
}

Dataset read_label_file(const fs::path& root, const fs::path& file, const Labelling& known) {
  const auto name = file.filename().string();
  if (name == "ILSVRC2012_validation_ground_truth.txt") refuse_devkit(file);
  Dataset dataset = parse_labels(read_text(file), known, file.string());
  dataset.root = root;
  dataset.layout = fmt::format("labels from {}{}", name, dataset.layout);
  find_images(dataset, file.string());
  dataset.left_out.ignore(
      fs::absolute(file).lexically_normal().lexically_relative(fs::absolute(root).lexically_normal() / ""));
  count_unnamed(dataset, name);
  return dataset;
}

}  // namespace fxe
