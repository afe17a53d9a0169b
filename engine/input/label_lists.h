// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

struct Dataset;

// Further files about what images show; docs/reference/labels.md has the formats. All functions throw
// bad_input naming the file, the line or entry, and the form expected. parse_...: the same for a file's
// content; `where` names it in errors.

// ReaL labels (Beyer et al., "Are we done with ImageNet?", 2020): a JSON list with a list of class indices
// for each image of the ILSVRC2012 validation set, in the order of their numbers. At most 2^20 images and
// 2^22 indices.
std::vector<std::vector<int>> read_real_labels(const std::filesystem::path&);
std::vector<std::vector<int>> parse_real_labels(std::string_view json, const std::string& where);

// Gives every image the labels of its number: ILSVRC2012_val_00000001.JPEG, in whatever folder, has the first
// list. An image with an empty list becomes unlabelled (-1). Notes this in the dataset's layout.
void apply_real_labels(Dataset&, const std::vector<std::vector<int>>& labels, const std::filesystem::path&);

// Lines "folder" (class = line number from 0, as in timm's class maps) or "folder index".
std::map<std::string, int> read_class_map(const std::filesystem::path&);
std::map<std::string, int> parse_class_map(const std::vector<std::string>& lines, const std::string& where);

// One class a line: an index (timm's --valid-labels), or a name or synset from `classes`. Keeps the
// file's order.
std::vector<int> read_valid_labels(const std::filesystem::path&, const std::vector<std::string>& classes,
                                   int64_t class_count);
std::vector<int> parse_valid_labels(const std::vector<std::string>& lines,
                                    const std::vector<std::string>& classes, int64_t class_count,
                                    const std::string& where);

}  // namespace fxe
