// SPDX-License-Identifier: Apache-2.0
// Under ThreadSanitizer every CUDA thread is a thread of its own, and only barriers, __syncwarp and fenced
// atomics order memory: a race is reported even if this order of threads computes the right result.
#include <gtest/gtest.h>
#include <simt/launch.h>

#include "tests/kernels/kernels_on_host.h"
#include "tests/kernels/tail_check.h"

namespace fxe::test {
namespace {

// Small: a fiber costs ThreadSanitizer nearly a megabyte.
bool is_small(const TailCase& c) { return c.capacity <= 9 && c.classes >= 33 && c.classes <= 257; }

TEST(TailTsan, HasNoRace) {
  uint32_t arrivals = 0;
  for (const simt::Order order : {simt::Order::forward, simt::Order::random}) {
    simt::options() = {.order = order, .seed = 5, .resident_blocks = 3};
    for (const TailCase& c : tail_cases())
      if (is_small(c) && c.signal == Signal::margin)
        check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) {
          simt::set_clock_ns(kStartNs + elapsed_ns);
          run_tail_kernel({a, &arrivals, {.has_if = true, .goes_on = 1}}, c.capacity, 64);
          EXPECT_EQ(arrivals, 0u);
        });
  }
}

// More rows than threads: the last block compacts in several turns.
TEST(TailTsan, CompactsLargeBatches) {
  simt::options() = {.order = simt::Order::random, .seed = 6, .resident_blocks = 3};
  uint32_t arrivals = 0;
  for (TailCase c : tail_cases())
    if (c.capacity == 70 && c.signal == Signal::margin && c.combine == Combine::logits)
      check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) {
        simt::set_clock_ns(kStartNs + elapsed_ns);
        run_tail_kernel({a, &arrivals, {}}, c.capacity, 32);
      });
}

}  // namespace
}  // namespace fxe::test
