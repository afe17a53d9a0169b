// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail/pool_tail.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/kernels/head_case.h"
#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

constexpr uint64_t kHandle = 99;

class PoolTail : public testing::TestWithParam<TailCase> {};

// Two equal pixels, whose mean is exact.
TEST_P(PoolTail, AgreesWithTheReferenceInSeveralOrders) {
  const auto device = make_host_device();
  const auto queue = device->make_queue();
  const TailCase& c = GetParam();
  std::vector<uint32_t> arrivals(tail_arrivals(c.capacity));
  for (const simt::Options& order : head_orders()) {
    simt::options() = order;
    check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) {
      const int32_t stored_c = multiple_of_four(a.classes);
      const std::vector<float> x = head_input(a, stored_c, 2);
      PoolHead head{.x = x.data(), .rows = c.capacity, .pixels = 2, .stored_c = stored_c};
      head.logits = writable_logits(a);
      simt::set_clock_ns(kStartNs + elapsed_ns);
      launch_pool_tail(*queue, head, {a, arrivals.data(), {.has_if = true, .goes_on = kHandle}});
      EXPECT_EQ(arrivals, std::vector<uint32_t>(arrivals.size()));
      EXPECT_EQ(simt::take_conditional(kHandle), *a.live_count > 0 ? 1u : 0u);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, PoolTail, testing::ValuesIn(small_tail_cases()),
                         [](const auto& test_case) { return std::to_string(test_case.index); });

class PoolTailLogits : public NhwcKernels {};

// A warp adds its pixels one after the other, then eight sums are added and divided: a rounding each.
TEST_P(PoolTailLogits, AreWithinTheirBound) {
  constexpr int32_t kRows = 3;
  for (const int32_t classes : {1, 21, 300})
    for (const int32_t side : {1, 3, 7}) {
      const int32_t pixels = side * side;
      const Image x = image("x", kRows, classes, side, side);
      HeadMemory memory(kRows, classes);
      PoolHead head{.dtype = type(), .x = x.tensor().data, .rows = kRows, .pixels = pixels};
      head.logits = memory.logits.data(), head.stored_c = static_cast<int32_t>(x.tensor().stored_c);
      simt::options() = {simt::Order::random, 5, 2};
      launch_pool_tail(*queue_, head, memory.call());
      for (int32_t r = 0; r < kRows; ++r)
        for (int32_t k = 0; k < classes; ++k) {
          double sum = 0, of_sizes = 0;
          for (int32_t p = 0; p < pixels; ++p) {
            const double value = double{x.at(r, k, p / side, p % side)};
            sum += value, of_sizes += std::fabs(value);
          }
          const double bound = kUnit * of_sizes * (pixels / 8 + 10);
          const float found = memory.logits[static_cast<size_t>(r * classes + k)];
          EXPECT_LE(std::fabs(double{found} - sum / pixels), bound / pixels)
              << pixels << " pixels: row " << r << " class " << k;
          EXPECT_EQ(found, memory.mean[static_cast<size_t>(r * classes + k)]);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Types, PoolTailLogits, testing::Values(DType::f32, DType::f16, DType::bf16),
                         [](const auto& dtype) { return std::string(name(dtype.param)); });

}  // namespace
}  // namespace fxe::test
