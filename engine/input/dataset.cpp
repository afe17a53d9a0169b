// SPDX-License-Identifier: Apache-2.0
#include "engine/input/dataset.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/input/class_folders.h"
#include "engine/input/classes.h"
#include "engine/input/folder_listing.h"
#include "engine/input/label_file.h"
#include "engine/input/text_file.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDevkit = "ILSVRC2012_validation_ground_truth.txt";

void refuse_splits(const fs::path& root, const FolderListing& listing, const Labelling& known) {
  const auto& folders = listing.folders;
  if (folders.empty() || listing.images ||
      !std::ranges::all_of(folders, [](const auto& f) { return is_split(f); }))
    return;
  // the label file says where its images are
  if (folders.size() == 1 && !listing.label_files.empty()) return;
  const ClassNames classes(known.classes);
  if (std::ranges::any_of(folders, [&](const auto& f) { return !classes.find(f).empty(); })) return;
  const auto split = std::ranges::find_if(
      kSplits, [&](std::string_view s) { return std::ranges::find(folders, s) != folders.end(); });
  const auto suggested = root / *split;
  const auto labels = root / (std::string(*split) + ".txt");
  throw bad_input("{}: holds the split{} {} of a data set, not classes; did you mean {}{}?", root.string(),
                  folders.size() == 1 ? "" : "s", fmt::join(folders, ", "), suggested.string(),
                  fs::exists(labels) ? " --labels " + labels.string() : "");
}

// The label file in a folder; empty if there is none. If its folders could be classes too, neither is taken.
fs::path label_file_in(const fs::path& root, const FolderListing& listing) {
  auto files = listing.label_files;
  if (files.empty()) return {};
  if (files == std::vector{std::string(kDevkit)}) refuse_devkit(root);
  std::erase(files, kDevkit);
  if (files.size() > 1)
    throw bad_input("{}: {} and {} both say labels; choose with --labels FILE", root.string(), files[0],
                    files[1]);
  if (listing.folders.size() > 1 || (listing.images && !listing.folders.empty()))
    throw bad_input(
        "{}: {} beside {} folder{}: labels could be those of the file, --labels {}, or the folders' names, "
        "--labels folder",
        root.string(), files[0], listing.folders.size(), listing.folders.size() == 1 ? "" : "s",
        (root / files[0]).string());
  return root / files[0];
}

// The label file beside an unlabelled folder. Nothing else looks for it.
std::string label_file_beside(const fs::path& root) {
  const auto folder = fs::absolute(root).lexically_normal() / "";
  const auto name = folder.parent_path().filename().string() + ".txt";
  for (const auto& file : {name, std::string("val.txt"), std::string("val_annotations.txt")})
    if (fs::exists(folder.parent_path().parent_path() / file))
      return fmt::format("; {} beside it is not read: name it with --labels",
                         (root / ".." / file).lexically_normal().string());
  return "";
}

void add_folders(Dataset& dataset, const std::vector<std::string>& folders, const Labelling& known) {
  const auto numeric =
      std::ranges::count_if(folders, [](const auto& f) { return whole_number(f).has_value(); });
  const ClassNames classes(known.classes);
  const bool named = std::ranges::all_of(folders, [&](const auto& f) { return !classes.find(f).empty(); });
  if (numeric == 0 || named)
    add_class_folders(dataset, folders, known);
  else if (static_cast<size_t>(numeric) == folders.size())
    add_numeric_folders(dataset, folders, known.class_count);
  else
    throw bad_input("{}: {} numeric folders among {}; expected all or none", dataset.root.string(), numeric,
                    folders.size());
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

Dataset open_dataset(const fs::path& root, const Labelling& given) {
  Labelling known = given;
  if (!known.classes.empty()) known.class_count = known.classes.size();
  std::error_code error;
  if (!fs::is_directory(root, error)) throw bad_input("{}: expected a folder of images", root.string());
  if (!known.labels_file.empty() && !known.class_map_file.empty())
    throw bad_input("{}: a file of labels and a class map; expected one of them",
                    known.class_map_file.string());
  const bool by_folders = known.labels_file == "folder" || !known.class_map_file.empty();
  if (!known.labels_file.empty() && !by_folders) return read_label_file(root, known.labels_file, known);

  Dataset dataset{.root = root};
  const auto listing = list_folder(root, "", dataset.left_out);
  const auto& folders = listing.folders;
  if (by_folders) {
    for (const std::string_view image : sorted_images(listing))
      dataset.left_out.add("beside the folders", std::string(image));
    if (folders.empty()) throw bad_input("{}: expected folders of classes, found none", root.string());
  } else {
    refuse_splits(root, listing, known);
    const auto file = label_file_in(root, listing);
    if (!file.empty()) return read_label_file(root, file, known);
    if (listing.images && !folders.empty())
      throw bad_input(
          "{}: {} images beside {} folders could be a flat folder or classes; move one away, or name the "
          "labels "
          "with --labels",
          root.string(), listing.images, folders.size());
  }
  if (!known.class_map_file.empty()) {
    add_mapped_folders(dataset, folders, known);
  } else if (!folders.empty()) {
    add_folders(dataset, folders, known);
  } else {
    dataset.layout = "flat folder without labels" + label_file_beside(root);
    for (const std::string_view image : sorted_images(listing)) dataset.add(image);
  }
  if (dataset.images() == 0) {
    const auto found = dataset.left_out.text();
    throw bad_input("{}: no images found (jpg, png, bmp, gif, ppm, tga){}", root.string(),
                    found.empty() ? "" : "; left out: " + found);
  }
  return dataset;
}

}  // namespace fxe
