// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// Filters text for a terminal, piece by piece: names of files, classes and layers come from others. Line
// feed, tab, printable characters and the control sequences named here pass. Other control characters (C0,
// DEL, C1, those that change the writing direction) and bytes that are not UTF-8 become '?'.
class TerminalText {
 public:
  explicit TerminalText(std::vector<std::string_view> sequences = {}) : sequences_(std::move(sequences)) {}
  // Holds back what the next piece may complete.
  std::string operator()(std::string_view piece);
  std::string rest();  // of what was held back

 private:
  size_t kept_length(std::string_view text) const;
  bool may_go_on(std::string_view text) const;

  std::vector<std::string_view> sequences_;
  std::string waiting_;
};

}  // namespace fxe
