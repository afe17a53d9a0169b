// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cfloat>
#include <cmath>
#include <cstring>

#include "kernels/cpu/exp.h"
#include "tests/kernels/tail_check.h"

namespace fxe::test {
namespace {

class TailCpu : public testing::TestWithParam<TailCase> {};

TEST_P(TailCpu, AgreesWithTheReference) { check_tail(GetParam(), run_tail_cpu); }

// The same bits for an image alone as for the same image in a batch.
TEST_P(TailCpu, DoesNotDependOnTheBatch) {
  const TailCase& whole = GetParam();
  const std::vector<RowResult> results = check_tail(whole, run_tail_cpu);
  for (int32_t image : whole.live) {
    TailCase alone = whole;
    alone.live = {image};
    const RowResult row = check_tail(alone, run_tail_cpu)[static_cast<size_t>(image)];
    EXPECT_EQ(std::memcmp(&row, &results[static_cast<size_t>(image)], sizeof row), 0)
        << whole.name << ": image " << image;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, TailCpu, testing::ValuesIn(tail_cases()),
                         [](const auto& test_case) { return std::to_string(test_case.index); });

TEST(ExpOfNonpositive, IsWithinTwoUlp) {
  const uint32_t zero = std::bit_cast<uint32_t>(-0.0f), end = std::bit_cast<uint32_t>(-110.0f);
  double worst = 0;
  for (uint32_t bits = zero; bits < end; bits += 997) {
    const float x = std::bit_cast<float>(bits), y = exp_of_nonpositive(x);
    const double exact = std::exp(static_cast<double>(x));
    if (exact < static_cast<double>(FLT_MIN)) {
      ASSERT_LE(y, FLT_MIN) << x;
      continue;
    }
    const double ulp = std::ldexp(1.0, std::ilogb(exact) - 23);
    const double error = std::fabs(static_cast<double>(y) - exact) / ulp;
    ASSERT_TRUE(error <= 2) << "x " << x << ": " << error << " ulp";
    worst = std::max(worst, error);
  }
  RecordProperty("worst_ulp", std::to_string(worst));
}

TEST(ExpOfNonpositive, IsExactAtItsEnds) {
  EXPECT_EQ(exp_of_nonpositive(0.0f), 1.0f);
  EXPECT_EQ(exp_of_nonpositive(-0.0f), 1.0f);
  EXPECT_EQ(exp_of_nonpositive(-87.4f), 0.0f);
  EXPECT_EQ(exp_of_nonpositive(-FLT_MAX), 0.0f);
  EXPECT_EQ(exp_of_nonpositive(-INFINITY), 0.0f);
}

}  // namespace
}  // namespace fxe::test
