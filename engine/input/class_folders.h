// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/input/dataset.h"

namespace fxe {

// The classes that the names of folders, or of a label file, stand for.
struct NamedClasses {
  std::vector<int> index;  // per name
  size_t classes = 0;
  bool imagenet = false;  // as Dataset::imagenet
  std::string order;      // in words: "position in ..."
};

// `names`: distinct, sorted. A name's class is its position in the known classes; otherwise, if all names are
// ImageNet synsets and the networks have 1000 classes, its position there; otherwise its position among the
// names, whose number must then equal the networks' classes. Throws bad_input, beginning with `where`, if the
// names fit none of these; `what` says what a name is, such as "folder".
NamedClasses find_classes(const std::vector<std::string>& names, const Labelling&, const std::string& where,
                          std::string_view what);

// Adds the images of root/<each folder> to a dataset that has a root, and says so in its layout.
void add_numeric_folders(Dataset&, const std::vector<std::string>& folders, size_t class_count);
void add_class_folders(Dataset&, const std::vector<std::string>& folders, const Labelling&);
void add_mapped_folders(Dataset&, const std::vector<std::string>& folders, const Labelling&);

}  // namespace fxe
