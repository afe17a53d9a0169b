// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// The `count` candidates nearest to `name` by edit distance, nearest first; errors suggest them for a
// misspelt name.
std::vector<std::string> nearest_names(std::string_view name, std::span<const std::string> candidates,
                                       size_t count = 3);

// Ends an error message: " (nearest: cat, cow)", the nearest `count` candidates that may have been meant: at
// most a third of the name's characters differ, rounded up. Empty if there are none.
std::string nearest_hint(std::string_view name, std::span<const std::string> candidates, size_t count = 3);

}  // namespace fxe
