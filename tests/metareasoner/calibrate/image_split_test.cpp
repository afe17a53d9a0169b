// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/calibrate/image_split.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "engine/error.h"
#include "tests/engine/input/expect_error.h"
#include "tests/metareasoner/store/store_case.h"

namespace fxe::test {
namespace {

std::vector<size_t> all_of(const Store& store) {
  std::vector<size_t> images(store.images());
  std::iota(images.begin(), images.end(), 0);
  return images;
}

TEST(ImageSplit, HalvesByContentWhateverTheOrder) {
  StoreFolder folder;
  StoreCase c(200, 1, 3, 1);
  for (size_t i = 100; i < 120; ++i) c.hashes[i] = c.hashes[i - 100];  // twenty images twice
  c.write(folder / "a");
  StoreCase turned = c;
  std::reverse(turned.hashes.begin(), turned.hashes.end());
  turned.write(folder / "b");
  const Store a = Store::open(folder / "a"), b = Store::open(folder / "b");
  std::set<std::vector<std::byte>> in_first;
  const auto content = [](const Store& s, size_t i) {
    const auto h = s.hash(i);
    return std::vector<std::byte>(h.begin(), h.end());
  };
  const auto split = split_by_content(a, all_of(a), 0.5, 7, "test");
  EXPECT_EQ(split.first.size() + split.second.size(), 200u);
  EXPECT_TRUE(std::is_sorted(split.first.begin(), split.first.end()));
  for (const size_t i : split.first) in_first.insert(content(a, i));
  EXPECT_EQ(in_first.size(), 90u) << "of 180 contents";
  for (const size_t i : split.second) EXPECT_FALSE(in_first.contains(content(a, i)));
  // Other places, same contents.
  const auto other = split_by_content(b, all_of(b), 0.5, 7, "test");
  EXPECT_EQ(other.first.size(), split.first.size());
  for (const size_t i : other.first) EXPECT_TRUE(in_first.contains(content(b, i)));
  // Another seed or another purpose gives other halves.
  EXPECT_NE(split_by_content(a, all_of(a), 0.5, 8, "test").first, split.first);
  EXPECT_NE(split_by_content(a, all_of(a), 0.5, 7, "fit").first, split.first);
  in_first.clear();
  for (const size_t i : split_by_content(a, all_of(a), 0.1, 7, "test").first) in_first.insert(content(a, i));
  EXPECT_EQ(in_first.size(), 18u);
}

TEST(ImageSplit, FindsCommonImages) {
  StoreFolder folder;
  StoreCase c(30, 1, 3, 1), d(20, 1, 3, 2);
  d.hashes[3] = c.hashes[11];
  d.hashes[17] = c.hashes[0];
  c.write(folder / "c");
  d.write(folder / "d");
  const Store a = Store::open(folder / "c"), b = Store::open(folder / "d");
  EXPECT_EQ(overlap(b, a), (std::vector<size_t>{3, 17}));
  EXPECT_EQ(overlap(a, b), (std::vector<size_t>{0, 11}));
  EXPECT_EQ(hash_of_images(a, all_of(a)), a.images_hash());
  d.header.content = "logits";
  d.write(folder / "e");
  const Store e = Store::open(folder / "e");
  EXPECT_NE(error_of([&] { overlap(e, a); }).find("--allow-overlap"), std::string::npos);
}

}  // namespace
}  // namespace fxe::test
