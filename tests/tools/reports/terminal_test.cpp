// SPDX-License-Identifier: Apache-2.0
#include "tools/reports/terminal.h"

#include <gtest/gtest.h>

#include "tests/tools/reports/pseudo_terminal.h"

namespace fxe::test {
namespace {

TEST(Terminal, ShortensInTheMiddle) {
  EXPECT_EQ(shortened("resnet50", 8), "resnet50");
  EXPECT_EQ(shortened("mobilenet_v2_1.0_224", 13), "mobil...0_224");
  EXPECT_EQ(shortened("abcdef", 3), "abc");
  EXPECT_EQ(shortened("abcdef", 0), "");
  // Whole characters, and each counts once.
  EXPECT_EQ(columns_of("größe"), 5u);
  EXPECT_EQ(shortened("größengrößen", 7), "gr...en");
  for (size_t n = 0; n < 20; ++n) EXPECT_LE(columns_of(shortened("ÄÖÜ-äöü-ÄÖÜ-äöü-ÄÖÜ", n)), n);
}

TEST(Terminal, WrapsAtSpaces) {
  EXPECT_EQ(wrapped("one two three four", 9), "one two\nthree\nfour");
  EXPECT_EQ(wrapped("one two three", 9, "* ", "  "), "* one two\n  three");
  EXPECT_EQ(wrapped("a_word_that_is_long b", 5), "a_word_that_is_long\nb");
  EXPECT_EQ(wrapped("", 5, "* "), "* ");
}

TEST(Terminal, IntoAFileIsEightyColumnsWithoutColour) {
  setenv("COLUMNS", "200", 1);
  std::FILE* file = std::tmpfile();
  const Terminal t = terminal_of(file);
  std::fclose(file);
  unsetenv("COLUMNS");
  EXPECT_FALSE(t.is_terminal || t.interactive || t.colour);
  EXPECT_EQ(t.columns, 80u);
  EXPECT_EQ(painted(t, Ink::red, "text"), "text");
}

class OnATerminal : public testing::Test {
 protected:
  // What stderr is taken for with these variables.
  Terminal with(const char* term, const char* no_color, const char* columns) const {
    setenv("TERM", term, 1);
    setenv("NO_COLOR", no_color, 1);
    setenv("COLUMNS", columns, 1);
    return terminal_of(stderr);
  }
  void TearDown() override { unsetenv("COLUMNS"); }

  PseudoTerminal pty{45};
};

TEST_F(OnATerminal, ColoursUnlessAskedNotTo) {
  const Terminal t = with("xterm", "", "");
  EXPECT_TRUE(t.is_terminal && t.interactive && t.colour);
  EXPECT_EQ(t.columns, 45u);
  EXPECT_EQ(painted(t, Ink::red, "text"), "\033[31mtext\033[0m");
  EXPECT_EQ(with("xterm", "", "100").columns, 100u);
  EXPECT_FALSE(with("xterm", "1", "").colour);
  EXPECT_TRUE(with("xterm", "1", "").interactive);
  const Terminal dumb = with("dumb", "", "");
  EXPECT_TRUE(dumb.is_terminal);
  EXPECT_FALSE(dumb.interactive || dumb.colour);
}

}  // namespace
}  // namespace fxe::test
