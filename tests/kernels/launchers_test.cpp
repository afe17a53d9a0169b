// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <simt/launch.h>

#include <numeric>

#include "kernels/tail/start.h"
#include "kernels/tail/tail_cuda.h"
#include "tests/kernels/tail_check.h"

namespace fxe::test {
namespace {

struct Launchers : testing::Test {
  void SetUp() override { simt::options() = {simt::Order::random, 7, 2}; }

  std::unique_ptr<Device> device = make_host_device();
  std::unique_ptr<Queue> queue = device->make_queue();
};

TEST_F(Launchers, TailChoosesItsBlocks) {
  uint32_t arrivals = 0;
  for (const TailCase& c : tail_cases())
    if (c.capacity <= 9)
      check_tail(c, [&](const TailArguments& a, uint64_t elapsed_ns) {
        simt::set_clock_ns(kStartNs + elapsed_ns);
        launch_tail(*queue, {a, &arrivals, {}}, c.capacity);
        EXPECT_EQ(arrivals, 0u);
      });
}

// Values of the switch node for 0 .. 7 images: the first body that holds them.
constexpr BatchSwitch kSwitch{.handle = 6, .sizes = 4, .rows = {1, 2, 4, 7}};
// A driver may use any value as a node's handle.
constexpr BatchSwitch kSwitchZero{.handle = 0, .sizes = 4, .rows = {1, 2, 4, 7}};
constexpr uint32_t kBodies[] = {4, 0, 1, 2, 2, 3, 3, 3};

TEST_F(Launchers, TailChoosesWhetherAndInWhichBatchToGoOn) {
  constexpr int32_t kCapacity = 7;
  for (int32_t count = 0; count <= kCapacity; ++count) {
    const std::vector<float> logits(kCapacity, 1);
    std::vector<float> mean(kCapacity), weight_sum(kCapacity);
    std::vector<RowResult> results(kCapacity);
    std::vector<int32_t> live(kCapacity);
    std::iota(live.begin(), live.end(), 0);
    int32_t live_count = count;
    uint32_t arrivals = 0;
    const TailStage stage{.threshold = 1, .weight = 1, .temperature = 1, .next_member_ns = 0};
    TailArguments a;
    a.classes = 1;
    a.logits = logits.data();
    a.mean = mean.data();
    a.weight_sum = weight_sum.data();
    a.results = results.data();
    a.live = live.data();
    a.live_count = &live_count;
    a.stage_parameters = &stage;
    for (const uint64_t handle : {5, 0}) {
      live_count = count;
      launch_tail(*queue, {a, &arrivals, {.has_if = true, .goes_on = handle, .batch = kSwitch}}, kCapacity);
      EXPECT_EQ(live_count, count);
      EXPECT_EQ(simt::take_conditional(handle), count > 0 ? 1u : 0u);
      EXPECT_EQ(simt::take_conditional(6), kBodies[count]) << count << " survivors";
    }
  }
}

TEST_F(Launchers, StartChoosesTheBatch) {
  for (int32_t count = 0; count <= 7; ++count) {
    const BatchStart batch{.host_ns = 0, .deadline_ns = 0, .count = count};
    TailDeadline deadline{};
    int32_t live_count = -1;
    std::vector<int32_t> live(7);
    std::vector<float> weight_sum(7);
    for (const BatchSwitch& to : {kSwitch, kSwitchZero}) {
      launch_start(*queue, {7, &batch, &deadline, live.data(), &live_count, weight_sum.data(), nullptr, to});
      EXPECT_EQ(simt::take_conditional(to.handle), kBodies[count]) << count << " images";
    }
    launch_choose_batch(*queue, &live_count, kSwitch);
    EXPECT_EQ(simt::take_conditional(6), kBodies[count]) << count << " images";
  }
}

TEST_F(Launchers, StartMatchesItsCpuTwin) {
  for (int32_t n : {1, 128, 300})
    for (int32_t count : {0, 1, n}) {
      const BatchStart batch{.host_ns = 40, .deadline_ns = 500, .count = count};
      const auto run = [&](auto start) {
        TailDeadline deadline{};
        int32_t live_count = -1;
        std::vector<int32_t> live(static_cast<size_t>(n), -1);
        std::vector<float> weight_sum(static_cast<size_t>(n), 3);
        uint64_t began_ns = 7;
        StartArguments a{n, &batch, &deadline, live.data(), &live_count, weight_sum.data(), &began_ns, {}};
        start(a);
        return std::tuple(deadline.start_ns, began_ns, deadline.deadline_ns, live_count, live, weight_sum);
      };
      simt::set_clock_ns(1000);
      auto on_device = run([&](const StartArguments& a) { launch_start(*queue, a); });
      EXPECT_EQ(std::get<0>(on_device), 960u);
      EXPECT_EQ(std::get<1>(on_device), 1000u);
      std::get<0>(on_device) = std::get<1>(on_device) = 0;
      EXPECT_EQ(on_device, run(run_start_cpu)) << n << " " << count;
    }
}

}  // namespace
}  // namespace fxe::test
