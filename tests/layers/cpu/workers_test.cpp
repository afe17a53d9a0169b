// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "tests/support/allocations.h"

namespace fxe::test {
namespace {

using cpu::Workers;

TEST(Workers, DoEveryPieceOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    Workers workers(threads);
    for (const int64_t count : {0, 1, 2, 3, 7, 64, 1000}) {
      std::vector<std::atomic<int>> done(static_cast<size_t>(count));
      workers.run(count, [&](int64_t i) { ++done[static_cast<size_t>(i)]; });
      for (const auto& d : done) ASSERT_EQ(d, 1) << threads << " threads, " << count << " pieces";
    }
  }
}

// Loops in quick succession: a thread that is late for one must not take a piece of the next for it.
TEST(Workers, LoopsDoNotMix) {
  Workers workers(4);
  std::vector<int64_t> values(64);
  for (int64_t round = 0; round < 20000; ++round) {
    workers.run(static_cast<int64_t>(values.size()),
                [&, round](int64_t i) { values[static_cast<size_t>(i)] = round * i; });
    for (size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], round * static_cast<int64_t>(i));
  }
}

// One long piece holds up one thread: the others meanwhile do the rest of its share.
TEST(Workers, TakeOverFromAThreadThatIsHeldUp) {
  Workers workers(2);
  std::atomic<int64_t> done = 0;
  workers.run(100, [&](int64_t i) {
    if (i == 0)
      while (done < 99) std::this_thread::yield();
    ++done;
  });
  EXPECT_EQ(done, 100);
}

TEST(Workers, AllocateNothing) {
  if (!can_count_allocations()) GTEST_SKIP() << "this build's sanitizer has a malloc of its own";
  Workers workers(2);
  std::vector<int> values(1000);
  const auto run = [&] { workers.run(1000, [&](int64_t i) { ++values[static_cast<size_t>(i)]; }); };
  run();
  EXPECT_EQ(allocations_during(run).size(), 0u);
}

}  // namespace
}  // namespace fxe::test
