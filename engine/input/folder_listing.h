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

// What lies directly in a folder, without what is hidden (a name that starts with a dot): folders sorted
// bytewise; images, of which there may be millions, in the system's order.
struct FolderListing {
  std::string image_names;  // a zero behind each
  size_t images = 0;
  std::vector<std::string> folders;
  std::vector<std::string> label_files;  // known by their names: is_label_file()
};

// Other files are counted in `left_out`, by their endings; `prefix` is put before their names. Throws
// bad_input for a folder that cannot be listed.
FolderListing list_folder(const std::filesystem::path&, const std::string& prefix, LeftOut& left_out);

// While the listing lives.
std::vector<std::string_view> sorted_images(const FolderListing&);

// Every image in a folder of the dataset's root and in the folders below that, as class `label`: first a
// folder's own images, then those of its folders. Throws bad_input for a link back to a folder above.
void add_images(Dataset&, const std::string& folder, int label);

// By ending, case ignored: what fxe decodes, and picture formats that decoding refuses by name.
bool is_image_name(const std::string& name);

// val.txt and the names that other label files always have: docs/labels.md.
bool is_label_file(const std::string& name);

// The splits of a data set by their usual names; in the order in which one is suggested.
constexpr std::array<std::string_view, 7> kSplits = {"val",     "validation", "valid",   "test",
                                                     "testing", "train",      "training"};
inline bool is_split(std::string_view folder) { return std::ranges::find(kSplits, folder) != kSplits.end(); }

}  // namespace fxe
