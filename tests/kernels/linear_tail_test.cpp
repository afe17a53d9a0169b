// SPDX-License-Identifier: Apache-2.0
#include "kernels/tail/linear_tail.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/kernels/head_case.h"
#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

constexpr uint64_t kHandle = 99;

class LinearTail : public testing::TestWithParam<TailCase> {
 protected:
  // The member compiled for `rows` rows: more than one tile if there are more than eight.
  void run(const TailArguments& a, uint64_t elapsed_ns, int32_t rows) {
    const int32_t depth = multiple_of_four(a.classes);
    const std::vector<float> x = head_input(a, depth), w = identity(a.classes, depth);
    const LinearHead head{
        .x = x.data(), .weight = w.data(), .logits = writable_logits(a), .rows = rows, .depth = depth};
    simt::set_clock_ns(kStartNs + elapsed_ns);
    launch_linear_tail(*queue_, head, {a, arrivals_.data(), {.has_if = true, .goes_on = kHandle}});
    EXPECT_EQ(arrivals_, std::vector<uint32_t>(arrivals_.size()));
    EXPECT_EQ(simt::take_conditional(kHandle), *a.live_count > 0 ? 1u : 0u);
  }

  std::unique_ptr<Device> device_ = make_host_device();
  std::unique_ptr<Queue> queue_ = device_->make_queue();
  std::vector<uint32_t> arrivals_ = std::vector<uint32_t>(tail_arrivals(128));  // set once, for all launches
};

TEST_P(LinearTail, AgreesWithTheReferenceInSeveralOrders) {
  const TailCase& c = GetParam();
  for (const simt::Options& order : head_orders()) {
    simt::options() = order;
    check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) { run(a, elapsed_ns, c.capacity); });
    if (c.classes > 300) break;  // a matrix that large once
  }
}

// Every tile, on the same rows.
class LinearTailTiles : public LinearTail {};

TEST_P(LinearTailTiles, AgreeWithTheReference) {
  const TailCase& c = GetParam();
  for (const int32_t rows : {1, 2, 4, 8, 16, 17, 40, 128}) {
    SCOPED_TRACE(rows);
    simt::options() = {simt::Order::random, 11, 3};
    if (rows >= c.capacity)
      check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) { run(a, elapsed_ns, rows); });
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, LinearTail, testing::ValuesIn(tail_cases()),
                         [](const auto& test_case) { return std::to_string(test_case.index); });

INSTANTIATE_TEST_SUITE_P(Cases, LinearTailTiles, testing::ValuesIn(small_tail_cases()),
                         [](const auto& test_case) { return std::to_string(test_case.index); });

// The logits themselves, of random rows: sums in fp32 of exact or rounded products.
class LinearTailLogits : public NhwcKernels {};

TEST_P(LinearTailLogits, AreWithinTheirBound) {
  constexpr int32_t kClasses = 37;
  const auto lanes = static_cast<int32_t>(16 / size_bytes(type()));
  for (const int32_t rows : {1, 3, 8, 30})
    for (const int32_t depth : {lanes, 31 * lanes, 33 * lanes, 8 * 32 * lanes + lanes}) {
      const Image x = image("x", rows, depth, 1, 1), w = image("w", kClasses, depth, 1, 1);
      const std::vector<float> bias = values("bias", kClasses);
      HeadMemory memory(rows, kClasses);
      simt::options() = {simt::Order::random, 5, 2};
      launch_linear_tail(
          *queue_, {type(), x.tensor().data, w.tensor().data, bias.data(), memory.logits.data(), rows, depth},
          memory.call());
      for (int32_t r = 0; r < rows; ++r)
        for (int32_t k = 0; k < kClasses; ++k) {
          double sum = double{bias[static_cast<size_t>(k)]}, of_sizes = std::fabs(sum);
          for (int32_t c = 0; c < depth; ++c) {
            const double term = double{x.at(r, c, 0, 0)} * double{w.at(k, c, 0, 0)};
            sum += term, of_sizes += std::fabs(term);
          }
          // A term passes its product's rounding, its lane's sums, five of the warp and the bias.
          const double bound = kUnit * of_sizes * (static_cast<double>(depth) / 32 + lanes + 7);
          const float found = memory.logits[static_cast<size_t>(r * kClasses + k)];
          EXPECT_LE(std::fabs(double{found} - sum), bound)
              << rows << " rows, depth " << depth << ": row " << r << " class " << k;
          EXPECT_EQ(found, memory.mean[static_cast<size_t>(r * kClasses + k)]);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Types, LinearTailLogits, testing::Values(DType::f32, DType::f16, DType::bf16),
                         [](const auto& dtype) { return std::string(name(dtype.param)); });

}  // namespace
}  // namespace fxe::test
