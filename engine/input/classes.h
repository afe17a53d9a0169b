// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// Class names, one a line, in class order; such as "n01440764 tench, Tinca tinca". Throws bad_input for a
// file that cannot be read, an empty line inside, or more than 2^20 lines.
std::vector<std::string> read_classes(const std::filesystem::path& path);

// The same for the content of a file, which `where` names in errors.
std::vector<std::string> parse_classes(std::string_view text, const std::string& where);

// What names the class in a folder: the synset where the line starts with one (n and eight digits), else the
// whole line.
std::string folder_name(const std::string& class_line);

}  // namespace fxe
