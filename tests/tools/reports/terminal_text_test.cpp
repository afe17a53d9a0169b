// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/terminal_text.h"

#include <gtest/gtest.h>

namespace fxe::test {
namespace {

const std::vector<std::string_view> kSequences = {"\r", "\033[K", "\033[31m"};

std::string shown(std::string_view text, std::vector<std::string_view> sequences = {}) {
  TerminalText terminal(std::move(sequences));
  const std::string out = terminal(text);
  return out + terminal.rest();
}

TEST(TerminalText, KeepsWhatIsPrintable) {
  for (const char* text : {"", "a b\tc\n", "Grüße, 写真.jpg \xF0\x9F\x90\x88", "é", "a\u0301"})
    EXPECT_EQ(shown(text), text);
}

TEST(TerminalText, ControlCharactersBecomeQuestionMarks) {
  EXPECT_EQ(shown("\033]0;title\a\033[31m"), "?]0;title??[31m");
  EXPECT_EQ(shown(std::string_view("\0\x01\x08\r\x7f", 5)), "?????");
  EXPECT_EQ(shown("\u009b31m \u0085"), "?31m ?");  // C1 as UTF-8
  EXPECT_EQ(shown("\x9b"
                  "31m \xff\xc3"),
            "?31m ??");  // C1 as a byte; not UTF-8
  EXPECT_EQ(shown("\u202egnp.exe\u202c \u2066\u2069\u200f\u061c\u2028"), "?gnp.exe? ?????");
  EXPECT_EQ(shown("\xe0\x82\x9b \xed\xa0\x80"), "??? ???");  // overlong, surrogate
}

TEST(TerminalText, SequencesThatAreNamedAreKept) {
  EXPECT_EQ(shown("\r\033[Kx\033[31m", kSequences), "\r\033[Kx\033[31m");
  EXPECT_EQ(shown("\033[2J\033[3", kSequences), "?[2J???");
  EXPECT_EQ(shown("\033", kSequences), "?");
}

TEST(TerminalText, CharactersMayComeInPieces) {
  const std::string text = "é写🐈\u202e\033[31m\u009b.";
  for (size_t a = 0; a <= text.size(); ++a)
    for (size_t b = a; b <= text.size(); ++b) {
      TerminalText terminal(kSequences);
      std::string out = terminal(text.substr(0, a));
      out += terminal(text.substr(a, b - a));
      out += terminal(text.substr(b));
      EXPECT_EQ(out + terminal.rest(), "é写🐈?\033[31m?.") << a << ' ' << b;
    }
}

}  // namespace
}  // namespace fxe::test
