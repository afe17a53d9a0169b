// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <simt/launch.h>

#include "kernels/tail/conv_pool_tail.h"
#include "kernels/tail/linear_tail.h"
#include "kernels/tail/pool_tail.h"
#include "tests/kernels/head_case.h"

namespace fxe::test {
namespace {

// One row to a block, one to a warp, and several groups of rows, whose last blocks meet.
TEST(LinearTailTsan, HasNoRace) {
  const auto device = make_host_device();
  const auto queue = device->make_queue();
  std::vector<uint32_t> arrivals(tail_arrivals(24));
  for (TailCase c : tail_cases()) {
    if (!c.name.starts_with("classes 33,") || c.signal != Signal::margin) continue;
    for (const int32_t rows : {1, c.capacity, 24}) {
      if (rows == 1) c.live = {3};
      if (rows != 1) c.live = {0, 1, 2, 3, 5};
      simt::options() = {.order = simt::Order::random, .seed = 5, .resident_blocks = 3};
      check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) {
        const int32_t depth = multiple_of_four(a.classes);
        const std::vector<float> x = head_input(a, depth), w = identity(a.classes, depth);
        simt::set_clock_ns(kStartNs + elapsed_ns);
        launch_linear_tail(*queue, {DType::f32, x.data(), w.data(), nullptr, writable_logits(a), rows, depth},
                           {a, arrivals.data(), {}});
        EXPECT_EQ(arrivals, std::vector<uint32_t>(arrivals.size()));
      });
    }
  }
}

TEST(PoolTailTsan, HasNoRace) {
  const auto device = make_host_device();
  const auto queue = device->make_queue();
  for (TailCase c : tail_cases()) {
    if (!c.name.starts_with("classes 17,") || c.signal != Signal::margin) continue;
    c.live = {0, 4};
    std::vector<uint32_t> arrivals(tail_arrivals(c.capacity));
    simt::options() = {.order = simt::Order::random, .seed = 5, .resident_blocks = 3};
    check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) {
      const int32_t stored_c = multiple_of_four(a.classes);
      const std::vector<float> x = head_input(a, stored_c, 2);
      PoolHead head{.x = x.data(), .rows = 2, .pixels = 2, .stored_c = stored_c};
      head.logits = writable_logits(a);
      simt::set_clock_ns(kStartNs + elapsed_ns);
      launch_pool_tail(*queue, head, {a, arrivals.data(), {}});
      EXPECT_EQ(arrivals, std::vector<uint32_t>(arrivals.size()));
    });
  }
}

TEST(ConvPoolTailTsan, HasNoRace) {
  const auto device = make_host_device();
  const auto queue = device->make_queue();
  for (TailCase c : tail_cases()) {
    if (!c.name.starts_with("classes 17,") || c.signal != Signal::margin) continue;
    c.live = {0, 4};
    std::vector<uint32_t> arrivals(tail_arrivals(c.capacity));
    simt::options() = {.order = simt::Order::random, .seed = 5, .resident_blocks = 3};
    check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) {
      const int32_t depth = multiple_of_four(a.classes);
      const std::vector<float> x = head_input(a, depth, 2), w = identity(a.classes, depth);
      ConvPoolHead head{.x = x.data(), .weight = w.data()};
      head.logits = writable_logits(a), head.rows = 2, head.pixels = 2, head.depth = depth;
      simt::set_clock_ns(kStartNs + elapsed_ns);
      launch_conv_pool_tail(*queue, head, {a, arrivals.data(), {}});
      EXPECT_EQ(arrivals, std::vector<uint32_t>(arrivals.size()));
    });
  }
}

}  // namespace
}  // namespace fxe::test
