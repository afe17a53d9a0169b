// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fxe {

struct Sample {
  std::string path;              // relative to the dataset's root
  int label = -1;                // class index; -1: not known
  std::vector<int> more_labels;  // further classes that count as right
};

struct Dataset {
  std::filesystem::path root;
  std::vector<Sample> samples;  // by folder, then by name, bytewise; a label file's own order if there is one
  std::string layout;           // what was detected, in words
  size_t classes = 0;           // 0: not known from the folder
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

// The samples of a label file's lines "file index", 0-based; `where` names the file in errors. Throws
// bad_input for other lines, for files outside the folder, and for an index past `class_count`, unless that
// is 0: not known.
std::vector<Sample> parse_labels(const std::vector<std::string>& lines, size_t class_count,
                                 const std::string& where);

// By ending, case ignored: jpg jpeg png bmp gif ppm pgm tga, and tif tiff webp, which torchvision counts
// among images and decoding refuses by name.
bool is_image_name(const std::string& name);

}  // namespace fxe
