// SPDX-License-Identifier: Apache-2.0
#include "engine/memory_plan.h"

#include <gtest/gtest.h>

#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr size_t kAlignment = 256;

size_t rounded(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

void expect_sound(const std::vector<Lifetime>& lives, const MemoryPlan& plan) {
  ASSERT_EQ(plan.offsets_bytes.size(), lives.size());
  size_t sum = 0;
  for (size_t i = 0; i < lives.size(); ++i) {
    sum += rounded(lives[i].bytes);
    EXPECT_EQ(plan.offsets_bytes[i] % kAlignment, 0u);
    EXPECT_LE(plan.offsets_bytes[i] + lives[i].bytes, plan.arena_bytes);
    for (size_t j = 0; j < i; ++j) {
      const bool apart_in_time = lives[i].last < lives[j].first || lives[j].last < lives[i].first;
      const bool apart_in_memory = plan.offsets_bytes[i] + lives[i].bytes <= plan.offsets_bytes[j] ||
                                   plan.offsets_bytes[j] + lives[j].bytes <= plan.offsets_bytes[i];
      EXPECT_TRUE(apart_in_time || apart_in_memory || lives[i].bytes == 0 || lives[j].bytes == 0)
          << "lifetimes " << i << " and " << j;
    }
  }
  EXPECT_LE(plan.arena_bytes, sum);
}

// Values alive at the same time need their memory: no plan can do with less.
size_t lower_bound(const std::vector<Lifetime>& lives, int steps) {
  size_t most = 0;
  for (int t = 0; t < steps; ++t) {
    size_t alive = 0;
    for (const Lifetime& life : lives)
      if (life.first <= t && t <= life.last) alive += rounded(life.bytes);
    most = std::max(most, alive);
  }
  return most;
}

TEST(MemoryPlan, NothingNeedsNothing) {
  EXPECT_EQ(plan_memory({}, kAlignment).arena_bytes, 0u);
  const std::vector<Lifetime> empty{{0, 0, 3}};
  EXPECT_EQ(plan_memory(empty, kAlignment).arena_bytes, 0u);
}

TEST(MemoryPlan, ChainNeedsTwoNeighbours) {
  std::vector<Lifetime> lives;
  for (int i = 0; i < 10; ++i) lives.push_back({1000, i, i + 1});
  const MemoryPlan plan = plan_memory(lives, kAlignment);
  expect_sound(lives, plan);
  EXPECT_EQ(plan.arena_bytes, 2048u);
}

TEST(MemoryPlan, GapBetweenTwoIsUsed) {
  const std::vector<Lifetime> lives{{1024, 0, 9}, {768, 0, 1}, {512, 0, 9}, {700, 2, 3}};
  const MemoryPlan plan = plan_memory(lives, kAlignment);
  expect_sound(lives, plan);
  EXPECT_EQ(plan.offsets_bytes[3], plan.offsets_bytes[1]);
}

TEST(MemoryPlan, TouchingLivesDoNotShare) {
  const std::vector<Lifetime> lives{{256, 0, 1}, {256, 1, 2}};
  EXPECT_EQ(plan_memory(lives, kAlignment).arena_bytes, 512u);
}

TEST(MemoryPlan, RandomLifetimesAreSoundAndNearTheLowerBound) {
  double worst = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    constexpr int kSteps = 40;
    std::vector<Lifetime> lives(static_cast<size_t>(random.integer(1, 80)));
    for (Lifetime& life : lives) {
      life.bytes =
          static_cast<size_t>(random.integer(0, 1) ? random.integer(0, 2000) : random.integer(0, 100000));
      life.first = static_cast<int>(random.integer(0, kSteps - 1));
      life.last = static_cast<int>(random.integer(life.first, std::min(life.first + 12, kSteps - 1)));
    }
    const MemoryPlan plan = plan_memory(lives, kAlignment);
    expect_sound(lives, plan);
    const MemoryPlan again = plan_memory(lives, kAlignment);
    EXPECT_EQ(plan.offsets_bytes, again.offsets_bytes);
    const auto least = static_cast<double>(lower_bound(lives, kSteps));
    if (least > 0) worst = std::max(worst, static_cast<double>(plan.arena_bytes) / least);
  }
  EXPECT_LE(worst, 1.5);
  RecordProperty("worst_over_lower_bound", std::to_string(worst));
}

}  // namespace
}  // namespace fxe::test
