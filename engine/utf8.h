// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fxe {

// Bytes of the UTF-8 character at the start of a text that is not empty; 0: there is none. Surrogates,
// overlong forms and U+FFFE and U+FFFF, which XML does not allow, are none.
size_t utf8_length(std::string_view);

// Whether all of it is UTF-8, which JSON must be.
bool is_utf8(std::string_view);

// The text with U+FFFD in place of each byte that is none of it.
std::string as_utf8(std::string_view);

// Bytes of the character at the start of a text that is not empty, if a terminal may show it; 0 for a byte
// that is no UTF-8, and for a control character: C0, DEL, C1, those that change the direction of writing.
size_t shown_length(std::string_view);

// The text, such as a name, as it may stand in one line: '?' for each character that may not be shown.
std::string on_one_line(std::string_view);

}  // namespace fxe
