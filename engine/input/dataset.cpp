// SPDX-License-Identifier: Apache-2.0
#include "engine/input/dataset.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "engine/error.h"
#include "engine/input/classes.h"
#include "engine/input/label_lists.h"
#include "engine/input/text_file.h"
#include "engine/names.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

// What lies directly in a folder: folders sorted bytewise, images, of which there may be millions, in the
// system's order.
struct Listing {
  std::string image_names;  // a zero behind each
  size_t images = 0;
  std::vector<std::string> folders;
};

Listing list(const fs::path& folder) {
  Listing listing;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
    const auto name = i->path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code ignored;
    if (i->is_directory(ignored)) {
      listing.folders.push_back(name);
    } else if (is_image_name(name)) {
      listing.image_names.append(name.c_str(), name.size() + 1);
      ++listing.images;
    }
  }
  if (error) throw bad_input("{}: cannot be listed: {}", folder.string(), error.message());
  std::sort(listing.folders.begin(), listing.folders.end());
  return listing;
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

void add_sorted(Dataset& dataset, const Listing& listing, const std::string& prefix, int label) {
  std::vector<std::string_view> sorted;
  sorted.reserve(listing.images);
  for (size_t at = 0; at < listing.image_names.size(); at += sorted.back().size() + 1)
    sorted.emplace_back(listing.image_names.c_str() + at);
  std::sort(sorted.begin(), sorted.end());
  for (const std::string_view image : sorted) dataset.add(prefix + std::string(image), label);
}

// Every image in root/<folder>, which is class `label`.
void add_class(Dataset& dataset, const std::string& folder, int label) {
  add_sorted(dataset, list(dataset.root / folder), folder + "/", label);
}

Dataset from_label_file(const fs::path& root, const fs::path& file, size_t class_count) {
  Dataset dataset = parse_labels(read_text(file), class_count, file.string());
  dataset.root = root;
  dataset.layout = fmt::format("labels from {}", file.filename().string());
  return dataset;
}

Dataset from_numeric_folders(const fs::path& root, const std::vector<std::string>& folders,
                             size_t class_count) {
  std::vector<std::pair<int, std::string>> ordered;
  for (const auto& f : folders) ordered.emplace_back(*whole_number(f), f);
  std::sort(ordered.begin(), ordered.end());
  for (size_t i = 1; i < ordered.size(); ++i)
    if (ordered[i].first == ordered[i - 1].first)
      throw bad_input("{}: folders '{}' and '{}' are the same class", root.string(), ordered[i - 1].second,
                      ordered[i].second);
  Dataset dataset{.root = root,
                  .layout = fmt::format("{} numeric class folders, in numeric order", folders.size())};
  dataset.classes = static_cast<size_t>(ordered.back().first) + 1;
  if (class_count && dataset.classes > class_count)
    throw bad_input("{}: folder {} is past the {} classes of the ensemble", root.string(),
                    ordered.back().second, class_count);
  for (const auto& [label, folder] : ordered) add_class(dataset, folder, label);
  return dataset;
}

Dataset from_class_folders(const fs::path& root, const std::vector<std::string>& folders,
                           const std::vector<std::string>& classes) {
  Dataset dataset{.root = root};
  if (classes.empty()) {
    dataset.layout = fmt::format("{} class folders, class = position in sorted order", folders.size());
    dataset.classes = folders.size();
    for (size_t i = 0; i < folders.size(); ++i) add_class(dataset, folders[i], static_cast<int>(i));
    return dataset;
  }
  std::multimap<std::string, int> index;
  std::vector<std::string> names;
  for (size_t i = 0; i < classes.size(); ++i) {
    names.push_back(folder_name(classes[i]));
    index.emplace(names.back(), static_cast<int>(i));
    if (names.back() != classes[i]) index.emplace(classes[i], static_cast<int>(i));
  }
  dataset.layout =
      fmt::format("{} class folders, class = position in the ensemble's classes", folders.size());
  dataset.classes = classes.size();
  for (const auto& folder : folders) {
    const auto found = index.find(folder);
    if (found == index.end())
      throw bad_input("{}: folder '{}' is none of the {} classes (nearest: {})", root.string(), folder,
                      classes.size(), fmt::join(nearest_names(folder, names), ", "));
    if (index.count(folder) > 1)
      throw bad_input("{}: folder '{}' is the name of {} classes; name the labels with --labels",
                      root.string(), folder, index.count(folder));
    add_class(dataset, folder, found->second);
  }
  return dataset;
}

Dataset from_class_map(const fs::path& root, const std::vector<std::string>& folders, const fs::path& file,
                       size_t class_count) {
  const auto map = read_class_map(file);
  Dataset dataset{.root = root};
  dataset.classes = class_count;
  size_t named = 0;
  for (const auto& folder : folders) {
    const auto found = map.find(folder);
    if (found == map.end()) continue;
    ++named;
    if (class_count && found->second >= static_cast<int>(class_count))
      throw bad_input("{}: '{}' is class {} of {}; indices are 0-based", file.string(), folder, found->second,
                      class_count);
    add_class(dataset, folder, found->second);
  }
  if (named == 0)
    throw bad_input("{}: names none of the {} folders of {}", file.string(), folders.size(), root.string());
  dataset.layout = fmt::format("{} class folders, classes from {}", named, file.filename().string());
  if (named != folders.size())
    dataset.layout += fmt::format("; {} folders that it does not name are left out", folders.size() - named);
  return dataset;
}

}  // namespace

void Dataset::add(std::string_view path, int label) {
  paths.push_back(path);
  labels.push_back(label);
}

void Dataset::keep_first(size_t count) {
  if (count >= images()) return;
  paths.keep_first(count);
  labels.resize(count);
  if (!more_labels.empty()) more_labels.resize(count);
}

Dataset parse_labels(std::string_view text, size_t class_count, const std::string& where) {
  Dataset dataset;
  for_each_line(text, where, [&](std::string_view line, size_t number) {
    const auto space = line.find_last_of(" \t");
    const int label = space == line.npos ? -1 : whole_number(line.substr(space + 1)).value_or(-1);
    const auto name = line.substr(0, line.find_last_not_of(" \t", space) + 1);
    if (label < 0 || name.empty())
      throw bad_input("{}:{}: expected 'file index', found '{}'", where, number, line.substr(0, 80));
    const auto plain = fs::path(name).lexically_normal();
    if (plain.is_absolute() || *plain.begin() == "..")
      throw bad_input("{}:{}: '{}' leads out of the folder", where, number, name);
    if (class_count && label >= static_cast<int>(class_count))
      throw bad_input("{}:{}: class {} of {}; indices are 0-based", where, number, label, class_count);
    dataset.add(name, label);
  });
  if (dataset.images() == 0) throw bad_input("{}: no lines 'file index' found", where);
  return dataset;
}

bool is_image_name(const std::string& name) {
  constexpr std::array<std::string_view, 11> kEndings = {"jpg", "jpeg", "png", "bmp",  "gif", "ppm",
                                                         "pgm", "tga",  "tif", "tiff", "webp"};
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  auto ending = name.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

Dataset open_dataset(const fs::path& root, const std::vector<std::string>& classes,
                     const fs::path& labels_file, const fs::path& class_map_file) {
  std::error_code error;
  if (!fs::is_directory(root, error)) throw bad_input("{}: expected a folder of images", root.string());
  if (!labels_file.empty() && !class_map_file.empty())
    throw bad_input("{}: a file of labels and a class map; expected one of them", class_map_file.string());
  if (!labels_file.empty()) return from_label_file(root, labels_file, classes.size());
  const Listing listing = list(root);
  const auto& folders = listing.folders;
  if (!class_map_file.empty()) return from_class_map(root, folders, class_map_file, classes.size());
  if (fs::exists(root / "ILSVRC2012_validation_ground_truth.txt") && !fs::exists(root / "val.txt"))
    throw bad_input(
        "{}: the devkit's ground truth numbers classes from 1 in an order of its own; give the labels as "
        "lines "
        "'file index' (0-based, order of the ensemble's classes) with --labels",
        root.string());
  if (fs::exists(root / "val.txt")) {
    if (!folders.empty() && listing.images)
      throw bad_input("{}: val.txt, {} images and {} folders; name the labels with --labels", root.string(),
                      listing.images, folders.size());
    return from_label_file(root, root / "val.txt", classes.size());
  }
  if (listing.images && !folders.empty())
    throw bad_input(
        "{}: {} images beside {} folders could be a flat folder or classes; move one away, or name the "
        "labels "
        "with --labels",
        root.string(), listing.images, folders.size());
  Dataset dataset{.root = root, .layout = "flat folder without labels"};
  if (folders.empty()) {
    add_sorted(dataset, listing, "", -1);
  } else {
    const auto numeric = std::count_if(folders.begin(), folders.end(),
                                       [](const auto& f) { return whole_number(f).has_value(); });
    if (numeric != 0 && static_cast<size_t>(numeric) != folders.size())
      throw bad_input("{}: {} numeric folders among {}; expected all or none", root.string(), numeric,
                      folders.size());
    dataset = numeric ? from_numeric_folders(root, folders, classes.size())
                      : from_class_folders(root, folders, classes);
  }
  if (dataset.images() == 0)
    throw bad_input("{}: no images found (jpg, png, bmp, gif, ppm, tga)", root.string());
  return dataset;
}

}  // namespace fxe
