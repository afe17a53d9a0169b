// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/input/left_out.h"
#include "engine/text_list.h"

namespace fxe {

// Images by folder, then by name, bytewise; or in a label file's order if there is one. Kept in as little
// memory as possible: a folder may hold millions.
struct Dataset {
  std::filesystem::path root;
  TextList paths;           // of the images, relative to the root
  std::vector<int> labels;  // class index of each; -1: unknown
  // Further classes that count as correct, per image; empty if there are none.
  std::vector<std::vector<int>> more_labels;
  std::string layout;     // what was detected, in words
  size_t classes = 0;     // 0: the folder does not say
  bool imagenet = false;  // labels are positions in imagenet_classes(), without anybody naming it
  LeftOut left_out;

  size_t images() const { return labels.size(); }
  std::filesystem::path file(size_t image) const { return root / paths[image]; }
  std::span<const int> more_labels_of(size_t image) const {
    return more_labels.empty() ? std::span<const int>() : more_labels[image];
  }
  void add(std::string_view path, int label = -1);
  void keep_first(size_t count);
};

// What the caller knows beyond the folder.
struct Labelling {
  std::vector<std::string> classes;  // names in the networks' order; empty: unknown
  size_t class_count = 0;            // outputs of the networks; 0: unknown
  // A label file (label_file.h), or "folders": use the folders' names even if there is a label file
  // among them.
  std::filesystem::path labels_file;
  std::filesystem::path class_map_file;  // label_lists.h
};

// Images and labels of a folder, in one of the layouts of docs/reference/labels.md: a label file and the
// images it names; folders named by class or numbered, with images at any depth; images only (labels -1).
// Throws bad_input if the folder can be read two ways (naming both) or none, if it holds no image, or if its
// classes cannot be the networks' (saying what would fit).
Dataset open_dataset(const std::filesystem::path& root, const Labelling& = {});

}  // namespace fxe
