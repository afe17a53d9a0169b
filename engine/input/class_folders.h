// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/input/dataset.h"

namespace fxe {

// The classes of names that folders or a label file give.
struct NamedClasses {
  std::vector<int> index;  // of each name
  size_t classes = 0;
  bool imagenet = false;  // as Dataset::imagenet
  std::string order;      // in words: "position in ..."
};

// `names`: distinct, sorted. A name's class is its place in the classes that are known; else, where all are
// synsets of ImageNet and the networks have 1000 classes, its place there; else its place among the names, of
// which there must be as many as the networks have classes. Throws bad_input, beginning with `where`, for
// names that fit none of these; `what` names one of them, such as "folder".
NamedClasses find_classes(const std::vector<std::string>& names, const Labelling&, const std::string& where,
                          std::string_view what);

// Adds what lies in root/<each folder> to a dataset that has a root, and says so in its layout.
void add_numeric_folders(Dataset&, const std::vector<std::string>& folders, size_t class_count);
void add_class_folders(Dataset&, const std::vector<std::string>& folders, const Labelling&);
void add_mapped_folders(Dataset&, const std::vector<std::string>& folders, const Labelling&);

}  // namespace fxe
