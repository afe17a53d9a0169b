// SPDX-License-Identifier: Apache-2.0
#include "engine/utf8.h"

#include <gtest/gtest.h>

namespace fxe::test {
namespace {

TEST(Utf8, ATextOnOneLineHasNoControlCharacters) {
  for (const char* text : {"", "a b.jpg", "Grüße, 写真.jpg \xF0\x9F\x90\x88"})
    EXPECT_EQ(on_one_line(text), text);
  EXPECT_EQ(on_one_line("a\r\nb\tc\033[31m"), "a??b?c?[31m");
  EXPECT_EQ(on_one_line("\u009b \u0085 \u202e \u2028"), "? ? ? ?");
  EXPECT_EQ(on_one_line("\xff\xc3 \xe0\x82\x9b"), "?? ???");  // no UTF-8
}

}  // namespace
}  // namespace fxe::test
