// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/kernels/kernels_on_host.h"
#include "tests/kernels/schedules.h"
#include "tests/kernels/tail_check.h"

namespace fxe::test {
namespace {

constexpr uint64_t kHandle = 99;

class TailKernel : public testing::TestWithParam<TailCase> {
 protected:
  // The tail of every stage, in one graph's worth of launches: the counter is set once.
  RunTail run(unsigned threads) {
    return [this, threads](const TailArguments& a, uint64_t elapsed_ns) {
      simt::set_clock_ns(kStartNs + elapsed_ns);
      run_tail_kernel({a, &arrivals_, {.has_if = true, .goes_on = kHandle}}, GetParam().capacity, threads);
      EXPECT_EQ(arrivals_, 0u);
      EXPECT_EQ(simt::take_conditional(kHandle), *a.live_count > 0 ? 1u : 0u);
    };
  }

 private:
  uint32_t arrivals_ = 0;
};

TEST_P(TailKernel, AgreesWithTheReferenceInEveryOrder) {
  for (const Schedule& schedule : schedules()) {
    SCOPED_TRACE(schedule.name);
    simt::options() = schedule.options;
    check_tail(GetParam(), run(schedule.threads));
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, TailKernel, testing::ValuesIn(tail_cases()),
                         [](const auto& test_case) { return std::to_string(test_case.index); });

}  // namespace
}  // namespace fxe::test
