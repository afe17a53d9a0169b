// SPDX-License-Identifier: Apache-2.0
#include "engine/byte_order_mark.h"

#include "engine/error.h"

namespace fxe {

std::string_view without_byte_order_mark(std::string_view text, std::string_view where) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xff\xfe"sv) || text.starts_with("\xfe\xff"sv) || text.starts_with("\0\0\xfe\xff"sv))
    throw bad_input("{}{}expected UTF-8, found the byte order mark of UTF-16 or UTF-32; save it as UTF-8",
                    where, where.empty() ? "" : ": ");
  if (text.starts_with("\xef\xbb\xbf"sv)) text.remove_prefix(3);
  return text;
}

}  // namespace fxe
