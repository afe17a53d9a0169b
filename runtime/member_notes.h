// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace fxe {

// Notes on members as lines for people, each text once: "a, b: its softmax at the end is left out", "each
// member: ..." if all share it.
std::vector<std::string> notes_by_text(const std::vector<std::string>& members,
                                       const std::vector<std::vector<std::string>>& notes);

}  // namespace fxe
