// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

struct Dataset;

// Further files that say what images show; formats in docs/labels.md. All throw bad_input naming the file,
// the line or entry, and the form that was expected. parse_...: the same for the content of a file, which
// `where` names in errors.

// ReaL (Beyer et al., "Are we done with ImageNet?", 2020): a JSON list with a list of class indices for each
// image of the ILSVRC2012 validation set, in the order of their numbers. At most 2^20 images and 2^22
// indices.
std::vector<std::vector<int>> read_real_labels(const std::filesystem::path&);
std::vector<std::vector<int>> parse_real_labels(std::string_view json, const std::string& where);

// Gives every image the labels of its number: ILSVRC2012_val_00000001.JPEG, in whatever folder, has the first
// list. An image whose list is empty has no label (-1). Adds to the dataset's layout what was done.
void apply_real_labels(Dataset&, const std::vector<std::vector<int>>& labels, const std::filesystem::path&);

// Lines "folder" (class = the line's number from 0, as timm's class maps) or "folder index".
std::map<std::string, int> read_class_map(const std::filesystem::path&);
std::map<std::string, int> parse_class_map(const std::vector<std::string>& lines, const std::string& where);

// One class a line: an index (timm's --valid-labels), or a name or synset of `classes`; in the file's order.
std::vector<int> read_valid_labels(const std::filesystem::path&, const std::vector<std::string>& classes,
                                   int64_t class_count);
std::vector<int> parse_valid_labels(const std::vector<std::string>& lines,
                                    const std::vector<std::string>& classes, int64_t class_count,
                                    const std::string& where);

}  // namespace fxe
