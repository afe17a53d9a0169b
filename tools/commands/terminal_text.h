// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fxe {

// What of a text may reach a terminal, given in pieces: names of files, classes and layers are other people's
// text. Kept are line feed and tab, printable characters and the control sequences named here. Other control
// characters (C0, DEL, C1, those that change the direction of writing) and bytes that are not UTF-8 become
// '?'.
class TerminalText {
 public:
  explicit TerminalText(std::vector<std::string_view> sequences = {}) : sequences_(std::move(sequences)) {}
  // What the next piece may complete is kept back until then.
  std::string operator()(std::string_view piece);
  std::string rest();  // of what was kept back

 private:
  size_t kept_length(std::string_view text) const;
  bool may_go_on(std::string_view text) const;

  std::vector<std::string_view> sequences_;
  std::string waiting_;
};

}  // namespace fxe
