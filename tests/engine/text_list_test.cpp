// SPDX-License-Identifier: Apache-2.0
#include "engine/text_list.h"

#include <gtest/gtest.h>

namespace fxe::test {
namespace {

TEST(TextList, KeepsTextsInOrder) {
  TextList list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.characters(), 0u);
  for (const char* text : {"a", "", "bcd"}) list.push_back(text);
  EXPECT_EQ(list.size(), 3u);
  EXPECT_EQ(list.characters(), 4u);
  EXPECT_EQ(list[0], "a");
  EXPECT_EQ(list[1], "");
  EXPECT_EQ(list[2], "bcd");
}

TEST(TextList, EqualWhereTheTextsAre) {
  const TextList list{"ab", "c"};
  EXPECT_EQ(list, (TextList{"ab", "c"}));
  EXPECT_NE(list, (TextList{"a", "bc"}));  // the same characters
  EXPECT_NE(list, (TextList{"ab", "d"}));
  EXPECT_NE(list, TextList());
  TextList emptied = list;
  emptied.keep_first(0);
  EXPECT_EQ(emptied, TextList());
  EXPECT_EQ(TextList(), emptied);
}

TEST(TextList, CopiesShareUntilOneChanges) {
  TextList list{"ab", "c", "de"};
  const TextList copy = list;
  EXPECT_EQ(copy[0].data(), list[0].data());
  list.keep_first(7);
  EXPECT_EQ(copy[0].data(), list[0].data());
  list.keep_first(2);
  list.push_back("f");
  EXPECT_EQ(list, (TextList{"ab", "c", "f"}));
  EXPECT_EQ(copy, (TextList{"ab", "c", "de"}));
}

}  // namespace
}  // namespace fxe::test
