// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

constexpr size_t kMaxClasses = size_t{1} << 20;

// Whether a list of classes is JSON or a Python dict as text rather than one name a line: it starts with a
// bracket that the last character closes.
bool is_class_dict(std::string_view text);

// Its classes in the order of their indices, in the forms of read_classes(). Throws bad_input for other
// forms, a missing or repeated index, and an empty name; `where` names the file.
std::vector<std::string> parse_class_dict(std::string_view text, const std::string& where);

}  // namespace fxe
