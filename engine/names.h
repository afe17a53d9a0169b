// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// The `count` candidates nearest to `name` by edit distance, nearest first: what an error suggests for a
// misspelt name.
std::vector<std::string> nearest_names(std::string_view name, std::span<const std::string> candidates,
                                       size_t count = 3);

// For the end of an error: " (nearest: cat, cow)", the nearest `count` of those near enough to be meant: a
// third of the name's characters may differ, rounded up. Empty where none is.
std::string nearest_hint(std::string_view name, std::span<const std::string> candidates, size_t count = 3);

}  // namespace fxe
