// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fxe {

// Length in bytes of the UTF-8 character at the start of a non-empty text; 0 if there is none. Rejects
// surrogates, overlong forms, and U+FFFE and U+FFFF, which XML does not allow.
size_t utf8_length(std::string_view);

// Whether the whole text is UTF-8, as JSON requires.
bool is_utf8(std::string_view);

// The text with U+FFFD in place of each byte that is not UTF-8.
std::string as_utf8(std::string_view);

// Length in bytes of the character at the start of a non-empty text, if a terminal may show it; 0 for a byte
// that is not UTF-8 and for a control character: C0, DEL, C1, and those that change the writing direction.
size_t shown_length(std::string_view);

// A text, such as a name, made fit for one line: '?' replaces each character that may not be shown.
std::string on_one_line(std::string_view);

}  // namespace fxe
