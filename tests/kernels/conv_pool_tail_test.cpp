// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail/conv_pool_tail.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/kernels/head_case.h"
#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

constexpr uint64_t kHandle = 99;

class ConvPoolTail : public testing::TestWithParam<TailCase> {};

// Two equal pixels, so that their mean is exact.
TEST_P(ConvPoolTail, AgreesWithTheReferenceInSeveralOrders) {
  const auto device = make_host_device();
  const auto queue = device->make_queue();
  const TailCase& c = GetParam();
  std::vector<uint32_t> arrivals(tail_arrivals(c.capacity));
  for (const simt::Options& order : head_orders()) {
    simt::options() = order;
    check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) {
      const int32_t depth = multiple_of_four(a.classes);
      const std::vector<float> x = head_input(a, depth, 2), w = identity(a.classes, depth);
      ConvPoolHead head{.x = x.data(), .weight = w.data()};
      head.logits = writable_logits(a), head.rows = c.capacity, head.pixels = 2, head.depth = depth;
      simt::set_clock_ns(kStartNs + elapsed_ns);
      launch_conv_pool_tail(*queue, head, {a, arrivals.data(), {.has_if = true, .goes_on = kHandle}});
      EXPECT_EQ(arrivals, std::vector<uint32_t>(arrivals.size()));
      EXPECT_EQ(simt::take_conditional(kHandle), *a.live_count > 0 ? 1u : 0u);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ConvPoolTail, testing::ValuesIn(small_tail_cases()),
                         [](const auto& test_case) { return std::to_string(test_case.index); });

class ConvPoolTailLogits : public NhwcKernels {};

TEST_P(ConvPoolTailLogits, AreWithinTheirBound) {
  constexpr int32_t kClasses = 21, kRows = 2;
  const auto lanes = static_cast<int32_t>(16 / size_bytes(type()));
  for (const int32_t side : {1, 3, 7}) {
    const int32_t pixels = side * side, depth = 33 * lanes;
    const Image x = image("x", kRows, depth, side, side), w = image("w", kClasses, depth, 1, 1, 0.1);
    const std::vector<float> bias = values("bias", kClasses);
    HeadMemory memory(kRows, kClasses);
    ConvPoolHead head{.dtype = type(), .x = x.tensor().data, .weight = w.tensor().data, .bias = bias.data()};
    head.f.kind = PointwiseFunction::Kind::relu;
    head.logits = memory.logits.data(), head.rows = kRows, head.pixels = pixels, head.depth = depth;
    simt::options() = {simt::Order::random, 5, 2};
    launch_conv_pool_tail(*queue_, head, memory.call());
    for (int32_t r = 0; r < kRows; ++r)
      for (int32_t k = 0; k < kClasses; ++k) {
        double sum = 0, bound = 0;
        for (int32_t p = 0; p < pixels; ++p) {
          double y = double{bias[static_cast<size_t>(k)]}, of_sizes = std::fabs(y);
          for (int32_t c = 0; c < depth; ++c) {
            const double term = double{x.at(r, c, p / side, p % side)} * double{w.at(k, c, 0, 0)};
            y += term, of_sizes += std::fabs(term);
          }
          sum += y > 0 ? y : 0;
          bound += kUnit *
                   (of_sizes * (static_cast<double>(depth) / 32 + lanes + 7) + std::fabs(y) * (pixels + 14));
        }
        const float found = memory.logits[static_cast<size_t>(r * kClasses + k)];
        EXPECT_LE(std::fabs(double{found} - sum / pixels), bound / pixels)
            << pixels << " pixels: row " << r << " class " << k;
        EXPECT_EQ(found, memory.mean[static_cast<size_t>(r * kClasses + k)]);
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, ConvPoolTailLogits, testing::Values(DType::f32, DType::f16, DType::bf16),
                         [](const auto& dtype) { return std::string(name(dtype.param)); });

}  // namespace
}  // namespace fxe::test
