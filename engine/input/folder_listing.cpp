// SPDX-License-Identifier: Apache-2.0
#include "engine/input/folder_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/files/files_read.h"
#include "engine/image/image_format.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

// In lower case, without the dot; empty if there is none.
std::string ending_of(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return "";
  auto ending = name.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

// Identifies a folder whatever links lead to it.
std::pair<dev_t, ino_t> identity(const fs::path& folder) {
  struct stat s {};
  if (stat(folder.c_str(), &s) != 0) return {};
  return {s.st_dev, s.st_ino};
}

void add_below(Dataset& dataset, const std::string& prefix, int label,
               std::vector<std::pair<dev_t, ino_t>>& above) {
  const auto self = identity(dataset.root / prefix);
  if (std::ranges::find(above, self) != above.end())
    throw bad_input("{}: a link back to a folder above it; take it away",
                    (dataset.root / prefix).lexically_normal().string());
  const auto listing = list_folder(dataset.root / prefix, prefix, dataset.left_out);
  for (const std::string_view image : sorted_images(listing)) dataset.add(prefix + std::string(image), label);
  for (const auto& file : listing.label_files) dataset.left_out.add_ending(prefix + file, ending_of(file));
  above.push_back(self);
  for (const auto& folder : listing.folders) add_below(dataset, prefix + folder + "/", label, above);
  above.pop_back();
}

}  // namespace

FolderListing list_folder(const fs::path& folder, const std::string& prefix, LeftOut& left_out) {
  FolderListing listing;
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
    } else if (is_label_file(name)) {
      listing.label_files.push_back(name);
    } else {
      left_out.add_ending(prefix + name, ending_of(name));
    }
  }
  if (error) throw cannot_read(folder, error.value());
  std::ranges::sort(listing.folders);
  std::ranges::sort(listing.label_files);
  return listing;
}

std::vector<std::string_view> sorted_images(const FolderListing& listing) {
  std::vector<std::string_view> sorted;
  sorted.reserve(listing.images);
  for (size_t at = 0; at < listing.image_names.size(); at += sorted.back().size() + 1)
    sorted.emplace_back(listing.image_names.c_str() + at);
  std::ranges::sort(sorted);
  return sorted;
}

void add_images(Dataset& dataset, const std::string& folder, int label) {
  std::vector above{identity(dataset.root)};
  add_below(dataset, folder + "/", label, above);
}

bool is_image_name(const std::string& name) { return is_image_ending(ending_of(name)); }

bool is_label_file(const std::string& name) {
  constexpr std::array<std::string_view, 6> kNames = {
      "val.txt",        "val_annotations.txt",  "metadata.csv",
      "metadata.jsonl", "LOC_val_solution.csv", "ILSVRC2012_validation_ground_truth.txt"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace fxe
