// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/terminal_text.h"

#include <algorithm>

#include "engine/utf8.h"

namespace fxe {

// Bytes that may be shown at the start of the text; 0: none.
size_t TerminalText::kept_length(std::string_view text) const {
  for (const auto& s : sequences_)
    if (text.starts_with(s)) return s.size();
  if (text[0] == '\n' || text[0] == '\t') return 1;
  return shown_length(text);
}

// Whether it is the beginning of a character, or of a sequence.
bool TerminalText::may_go_on(std::string_view text) const {
  for (const auto& s : sequences_)
    if (text.size() < s.size() && s.starts_with(text)) return true;
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t needed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  return text.size() < needed && std::all_of(text.begin() + 1, text.end(), [](char c) {
           return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
         });
}

std::string TerminalText::operator()(std::string_view piece) {
  const std::string whole = waiting_ + std::string(piece);
  waiting_.clear();
  std::string out;
  for (std::string_view text = whole; !text.empty();) {
    const size_t n = kept_length(text);
    if (n == 0 && may_go_on(text)) {
      waiting_ = text;
      break;
    }
    if (n > 0)
      out += text.substr(0, n);
    else
      out += '?';
    // A control character of several bytes counts as one.
    text.remove_prefix(std::max(n, std::max<size_t>(utf8_length(text), 1)));
  }
  return out;
}

std::string TerminalText::rest() {
  std::string out(waiting_.size(), '?');
  waiting_.clear();
  return out;
}

}  // namespace fxe
