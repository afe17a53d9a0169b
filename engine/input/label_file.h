// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/input/dataset.h"

namespace fxe {

// The images that a label file (forms in label_rows.h) names, wherever in `root` they lie: if a path leads
// nowhere, leading folders are dropped, and an ending or a folder of the root is added, as long as that finds
// an image; the layout says so. Images that it does not name are counted. Throws bad_input as parse_labels()
// does, and if no image is found.
Dataset read_label_file(const std::filesystem::path& root, const std::filesystem::path& file,
                        const Labelling&);

// Images and labels of such a file's text; `where` names the file in errors. Labels are either all 0-based
// indices or all names, resolved by find_classes(). Throws bad_input for other lines, paths that lead out of
// the folder, and an index out of range. Without `in_folder`, files are mere names, and paths may lead
// anywhere.
Dataset parse_labels(std::string_view text, const Labelling&, const std::string& where,
                     bool in_folder = true);

// Refuses the devkit's ILSVRC2012_validation_ground_truth.txt.
[[noreturn]] void refuse_devkit(const std::filesystem::path& where);

}  // namespace fxe
