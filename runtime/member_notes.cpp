// SPDX-License-Identifier: Apache-2.0
#include "runtime/member_notes.h"

#include <fmt/format.h>

#include <algorithm>

namespace fxe {

std::vector<std::string> notes_by_text(const std::vector<std::string>& members,
                                       const std::vector<std::vector<std::string>>& notes) {
  std::vector<std::pair<std::string, std::vector<std::string>>> found;  // a text, and the members it is about
  for (size_t m = 0; m < members.size(); ++m)
    for (const auto& text : notes[m]) {
      auto at = std::ranges::find(found, text, [](const auto& f) { return f.first; });
      if (at == found.end()) at = found.insert(at, {text, {}});
      at->second.push_back(members[m]);
    }
  std::vector<std::string> lines;
  for (const auto& [text, whose] : found)
    lines.push_back(whose.size() > 1 && whose.size() == members.size()
                        ? "each member: " + text
                        : fmt::format("{}: {}", fmt::join(whose, ", "), text));
  return lines;
}

}  // namespace fxe
