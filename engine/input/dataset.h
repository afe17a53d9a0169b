// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text_list.h"

namespace fxe {

// Images by folder, then by name, bytewise; in a label file's own order if there is one. Kept in as little
// memory as they can be, since a folder may hold millions.
struct Dataset {
  std::filesystem::path root;
  TextList paths;           // of the images, relative to the root
  std::vector<int> labels;  // class index of each; -1: not known
  // Further classes that count as right, of each image; empty: there are none.
  std::vector<std::vector<int>> more_labels;
  std::string layout;  // what was detected, in words
  size_t classes = 0;  // 0: not known from the folder

  size_t images() const { return labels.size(); }
  std::filesystem::path file(size_t image) const { return root / paths[image]; }
  std::span<const int> more_labels_of(size_t image) const {
    return more_labels.empty() ? std::span<const int>() : more_labels[image];
  }
  void add(std::string_view path, int label = -1);
  void keep_first(size_t count);
};

// Images and labels of a folder. Recognised, in this order:
//   labels_file, or <root>/val.txt   lines "file index", 0-based
//   the devkit's ground truth        <root>/ILSVRC2012_validation_ground_truth.txt: refused, because its
//   class
//                                    order needs the devkit
//   numeric folders                  class = the number
//   folders named by class           class = position in `classes` (by synset or by whole line); without
//                                    `classes`, position in sorted order
//   a flat folder without labels     labels -1
// With a class map (label_lists.h), which says what class a folder is, folders that it does not name are left
// out. Throws bad_input for a folder that fits two of them, none, holds no image, or names a class that is
// not in `classes` or twice there.
Dataset open_dataset(const std::filesystem::path& root, const std::vector<std::string>& classes,
                     const std::filesystem::path& labels_file = {},
                     const std::filesystem::path& class_map_file = {});

// Images and labels of a label file's text, lines "file index", 0-based; `where` names the file in errors.
// Throws bad_input for other lines, for files outside the folder, and for an index past `class_count`, unless
// that is 0: not known.
Dataset parse_labels(std::string_view text, size_t class_count, const std::string& where);

// By ending, case ignored: jpg jpeg png bmp gif ppm pgm tga, and tif tiff webp, which torchvision counts
// among images and decoding refuses by name.
bool is_image_name(const std::string& name);

}  // namespace fxe
