// SPDX-License-Identifier: Apache-2.0
#include "engine/text_list.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/support/allocations.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

using Texts = std::vector<std::string>;

Texts walked(const TextList& list) {
  Texts texts;
  for (const std::string& text : list) texts.push_back(text);
  return texts;
}

void expect_holds(const TextList& list, const Texts& texts) {
  ASSERT_EQ(list.size(), texts.size());
  EXPECT_EQ(list.empty(), texts.empty());
  EXPECT_EQ(walked(list), texts);
  size_t characters = 0;
  for (size_t i = texts.size(); i-- > 0; characters += texts[i].size()) ASSERT_EQ(list[i], texts[i]) << i;
  EXPECT_EQ(list.characters(), characters);
}

TextList list_of(const Texts& texts) {
  TextList list;
  for (const auto& text : texts) list.push_back(text);
  return list;
}

TEST(TextList, KeepsTextsInOrder) {
  expect_holds({}, {});
  expect_holds({"a", "", "bcd"}, {"a", "", "bcd"});
  expect_holds({"", "", ""}, {"", "", ""});
  expect_holds({"ab", "abc", "ab", "abc", "b"}, {"ab", "abc", "ab", "abc", "b"});
}

// Any bytes in any order: some texts share much with the one before, some all of it, some are long.
Texts random_texts(Random& random) {
  Texts texts(static_cast<size_t>(random.integer(0, 70)));
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0 && random.integer(0, 3) > 0)
      texts[i] = texts[i - 1].substr(0, static_cast<size_t>(random.integer(0, 20'000)));
    const int64_t more = random.integer(0, 9) == 0 ? random.integer(100, 20'000) : random.integer(0, 5);
    for (int64_t c = 0; c < more; ++c) texts[i] += static_cast<char>(random.integer(0, 255));
  }
  return texts;
}

TEST(TextList, IsAVectorOfStrings) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    Texts texts = random_texts(random);
    TextList list = list_of(texts);
    expect_holds(list, texts);
    EXPECT_EQ(list, list_of(texts));

    const TextList copy = list;
    const auto kept = static_cast<size_t>(random.integer(0, 80));
    const Texts before = texts, more = random_texts(random);
    list.keep_first(kept);
    texts.resize(std::min(kept, texts.size()));
    expect_holds(list, texts);
    for (const auto& text : more) list.push_back(text);
    texts.insert(texts.end(), more.begin(), more.end());
    expect_holds(list, texts);
    EXPECT_EQ(list, list_of(texts)) << "however it was made";
    EXPECT_EQ(list == copy, texts == before);
    expect_holds(copy, before);
  }
}

TEST(TextList, LengthsTakeAsManyBytesAsTheyNeed) {
  for (const size_t length : {127u, 128u, 16'383u, 16'384u, 3'000'000u}) {
    const std::string text(length, '\xff');
    expect_holds({text, text, text + "a", "b"}, {text, text, text + "a", "b"});
  }
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
  TextList list{"ab", "c", "de"}, copy;
  if (can_count_allocations()) {
    const auto allocations = allocations_during([&] {
      copy = list;
      list.keep_first(7);
    });
    EXPECT_TRUE(allocations.empty());
  }
  copy = list;
  list.keep_first(2);
  list.push_back("f");
  EXPECT_EQ(list, (TextList{"ab", "c", "f"}));
  EXPECT_EQ(copy, (TextList{"ab", "c", "de"}));
}

// Sorted names share most of their characters: nine bytes each, where strings may reserve as much again.
TEST(TextList, SortedNamesAreSmall) {
  if (!can_count_allocations()) GTEST_SKIP() << "the sanitizer has a malloc of its own";
  constexpr size_t kTexts = size_t{1} << 16;
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  TextList list;
  for (size_t i = 0; i < kTexts; ++i) list.push_back(fmt::format("ILSVRC2012_val_{:08}.JPEG", i));
  EXPECT_LE(mallinfo2().uordblks + mallinfo2().hblkhd - before, kTexts * 2 * 12);
  EXPECT_EQ(list.characters(), kTexts * 28);
}

}  // namespace
}  // namespace fxe::test
