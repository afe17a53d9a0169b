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

}  // namespace fxe
