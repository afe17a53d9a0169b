// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/input/dataset.h"

namespace fxe {

// What lies directly in a folder, except hidden names (starting with a dot): folders sorted bytewise; images,
// of which there may be millions, in the system's order.
struct FolderListing {
  std::string image_names;  // each followed by a zero
  size_t images = 0;
  std::vector<std::string> folders;
  std::vector<std::string> label_files;  // recognised by their names: is_label_file()
};

// Other files are counted in `left_out` by their endings, their names prefixed by `prefix`. Throws bad_input
// if the folder cannot be listed.
FolderListing list_folder(const std::filesystem::path&, const std::string& prefix, LeftOut& left_out);

// Valid while the listing lives.
std::vector<std::string_view> sorted_images(const FolderListing&);

// Adds every image of a folder in the dataset's root, and of the folders below it, as class `label`: a
// folder's own images first, then those of its folders. Throws bad_input for a link back to a folder above.
void add_images(Dataset&, const std::string& folder, int label);

// By ending, case ignored: formats that fxe decodes, and picture formats that decoding refuses by name.
bool is_image_name(const std::string& name);

// val.txt and the other well-known names of label files: docs/reference/labels.md.
bool is_label_file(const std::string& name);

// The usual names of a data set's splits, in the order in which errors suggest them.
constexpr std::array<std::string_view, 7> kSplits = {"val",     "validation", "valid",   "test",
                                                     "testing", "train",      "training"};
inline bool is_split(std::string_view folder) { return std::ranges::find(kSplits, folder) != kSplits.end(); }

}  // namespace fxe
