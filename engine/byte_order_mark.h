// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fxe {

// The text without the UTF-8 byte order mark that Notepad, PowerShell and Excel put in front. Throws
// bad_input for a UTF-16 or UTF-32 mark, naming the file `where` unless that is empty.
std::string_view without_byte_order_mark(std::string_view text, std::string_view where = {});

}  // namespace fxe
