// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/input/dataset.h"

namespace fxe {

// The images that a label file (forms in label_rows.h) names, wherever in `root` they lie: where a path leads
// nowhere from there, leading folders are left off, and an ending or a folder of the root is put to it, if
// that finds an image; the layout says so. Images beside them that it does not name are counted. Throws
// bad_input as parse_labels(), and where no image is found.
Dataset read_label_file(const std::filesystem::path& root, const std::filesystem::path& file,
                        const Labelling&);

// Images and labels of such a file's text; `where` names the file in errors. Labels are all indices, 0-based,
// or all names, which find_classes() finds. Throws bad_input for other lines, for paths that lead out of the
// folder, and for an index that is no class.
Dataset parse_labels(std::string_view text, const Labelling&, const std::string& where);

// The devkit's ILSVRC2012_validation_ground_truth.txt.
[[noreturn]] void refuse_devkit(const std::filesystem::path& where);

}  // namespace fxe
