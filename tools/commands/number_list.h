// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// "a,b,c" -> a b c.
std::vector<std::string> split_list(std::string_view text);

// "1.0,2.5" as finite numbers above 0. A single number stands for all `count`. Throws bad_input
// naming `option`.
std::vector<double> parse_numbers(std::string_view text, std::string_view option, size_t count);

}  // namespace fxe
