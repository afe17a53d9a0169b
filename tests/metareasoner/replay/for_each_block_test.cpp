// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/for_each_block.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <thread>
#include <vector>

namespace fxe::test {
namespace {

TEST(ForEachBlock, CallsEachOnce) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> calls(100);
    for_each_block(calls.size(), threads, [&](size_t worker, size_t block) {
      EXPECT_LT(worker, static_cast<size_t>(threads));
      ++calls[block];
    });
    for (const auto& n : calls) EXPECT_EQ(n, 1);
  }
}

// From any calling thread: searches for thresholds run one in each of two directions.
TEST(ForEachBlock, WhatAThreadThrowsReachesTheCaller) {
  const auto caller = std::this_thread::get_id();
  for (const bool of_caller : {true, false}) {
    std::atomic<int> waiting = 2;
    EXPECT_THROW(for_each_block(2, 2,
                                [&](size_t, size_t) {
                                  --waiting;
                                  while (waiting > 0) std::this_thread::yield();  // one block each
                                  if ((std::this_thread::get_id() == caller) == of_caller)
                                    throw std::bad_alloc();
                                }),
                 std::bad_alloc);
  }
}

}  // namespace
}  // namespace fxe::test
