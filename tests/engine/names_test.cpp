// SPDX-License-Identifier: Apache-2.0
#include "engine/names.h"

#include <gtest/gtest.h>

namespace fxe::test {
namespace {

using Names = std::vector<std::string>;

const Names kNetworks = {"resnet50", "resnet18", "squeezenet1_1", "alexnet", "mobilenet_v2"};

TEST(Names, NearestFirst) {
  EXPECT_EQ(nearest_names("resnet5", kNetworks), (Names{"resnet50", "resnet18", "alexnet"}));
  EXPECT_EQ(nearest_names("alexnt", kNetworks, 1), Names{"alexnet"});
  EXPECT_EQ(nearest_names("squeezenet1.1", kNetworks, 1), Names{"squeezenet1_1"});
  EXPECT_EQ(nearest_names("moblienet_v2", kNetworks, 1), Names{"mobilenet_v2"});
}

// One insertion, deletion or substitution each: equally near, and therefore in alphabetical order.
TEST(Names, EveryEditCountsOne) {
  EXPECT_EQ(nearest_names("abc", Names{"abcdef", "xbc", "abxc", "ab", "abc"}, 5),
            (Names{"abc", "ab", "abxc", "xbc", "abcdef"}));
  EXPECT_EQ(nearest_names("", Names{"aa", "b"}, 2), (Names{"b", "aa"}));
}

TEST(Names, FewerCandidatesThanAsked) {
  EXPECT_EQ(nearest_names("x", Names{}), Names{});
  EXPECT_EQ(nearest_names("x", Names{"y"}), Names{"y"});
  EXPECT_EQ(nearest_names("x", kNetworks, 0), Names{});
}

TEST(Names, LongNamesTakeNoLongerThanTheirFirstPart) {
  const Names candidates(100, std::string(1'000'000, 'a'));
  EXPECT_EQ(nearest_names(std::string(1'000'000, 'b'), candidates, 1).front().size(), 1'000'000u);
}

TEST(Names, HintsAreNearOrAbsent) {
  EXPECT_EQ(nearest_hint("brid", Names{"bird", "bear", "airplane"}), " (nearest: bird)");
  EXPECT_EQ(nearest_hint("zebra", Names{"bird", "bear", "airplane"}), "");
  EXPECT_EQ(nearest_hint("cat", Names{"cut", "car", "dog"}), " (nearest: car, cut)");
  EXPECT_EQ(nearest_hint("x", Names{}), "");
}

}  // namespace
}  // namespace fxe::test
