// SPDX-License-Identifier: Apache-2.0
// The arithmetic of a profile, on calls with given times.
#include "metareasoner/profile/kernel_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "metareasoner/profile/host_kernel_clock.h"
#include "networks/random_weights.h"

namespace fxe::test {
namespace {

Model small_model() {
  GraphBuilder g;
  ValueId x = g.conv("conv", g.input(3, 8, 8), {.k = 4, .filter = {3, 3}, .pad = same(1)});
  Graph graph = g.finish(g.linear("fc", g.global_average_pool("mean", x), 5));
  TensorMap weights = random_weights(graph, 1);
  return bind_weights(std::move(graph), std::move(weights), "small");
}

class KernelTableTest : public testing::Test {
 protected:
  static constexpr size_t kConv = 1, kMean = 2, kFc = 3;

  KernelCall call(const Plan& plan, size_t layer, int64_t us) const {
    return {&plan, layer, 0, 0, us * 1000, {}};
  }
  void add(KernelTable::Policy policy, std::initializer_list<KernelCall> calls) {
    table.add(policy, std::vector<KernelCall>(calls));
  }
  const Plan& plan(const PlanMember& member, int64_t batch) const { return member.plan(batch); }

  std::unique_ptr<Backend> backend = make_reference_backend();
  PlanMember a{"a", small_model(), *backend, 2}, b{"b", small_model(), *backend, 2};
  KernelTable table{std::vector<const PlanMember*>{&a, &b}};
};

TEST_F(KernelTableTest, TimesAreMeanTimesCalls) {
  add(KernelTable::flexible, {call(plan(a, 1), kConv, 100), call(plan(a, 1), kConv, 200)});
  add(KernelTable::full,
      {call(plan(a, 1), kConv, 300), call(plan(a, 1), kConv, 400), call(plan(a, 1), kConv, 500)});
  const auto rows = table.rows();
  ASSERT_EQ(rows.size(), 1u);
  const Savings& s = rows[0].savings;
  EXPECT_EQ(rows[0].layer->name, "conv");
  EXPECT_EQ(rows[0].batch, 1);
  EXPECT_EQ(s.calls_run, 2);
  EXPECT_EQ(s.calls_full, 3);
  EXPECT_EQ(s.calls_saved(), 1);
  EXPECT_DOUBLE_EQ(s.run_ms, 2 * 0.3);  // the mean of all five is 0.3
  EXPECT_DOUBLE_EQ(s.full_ms, 3 * 0.3);
  EXPECT_DOUBLE_EQ(s.saved_ms(), 0.3);
  EXPECT_DOUBLE_EQ(s.timed_ms, 1.5);
  EXPECT_DOUBLE_EQ(table.measured_ms(KernelTable::flexible), 0.3);
  EXPECT_DOUBLE_EQ(table.measured_ms(KernelTable::full), 1.2);
}

TEST_F(KernelTableTest, WhatNoExitSkipsSavesExactlyNothing) {
  add(KernelTable::flexible, {call(plan(a, 1), kConv, 137)});
  add(KernelTable::full, {call(plan(a, 1), kConv, 991)});
  EXPECT_EQ(table.rows()[0].savings.saved_ms(), 0);
}

// However rows are summed, run + full is what was measured, and saved + run = full.
TEST_F(KernelTableTest, SumsByMemberLayerAndKernelAgree) {
  add(KernelTable::flexible,
      {call(plan(a, 1), kConv, 10), call(plan(a, 1), kMean, 20), call(plan(a, 2), kConv, 70)});
  add(KernelTable::full,
      {call(plan(a, 2), kConv, 40), call(plan(a, 2), kFc, 50), call(plan(b, 2), kConv, 60)});
  const auto rows = table.rows();
  const double all = table.measured_ms(KernelTable::flexible) + table.measured_ms(KernelTable::full);
  const auto expect_sum = [&](const Savings& sum) {
    EXPECT_NEAR(sum.run_ms + sum.full_ms, all, 1e-12);
    EXPECT_NEAR(sum.timed_ms, all, 1e-12);
    EXPECT_NEAR(sum.saved_ms() + sum.run_ms, sum.full_ms, 1e-12);
    EXPECT_EQ(sum.calls_run + sum.calls_full, 6);
  };
  Savings members, layers, kernels;
  for (const Savings& s : by_member(rows, 2)) members += s;
  for (const auto& s : by_layer(rows)) layers += s.savings;
  for (const auto& s : by_kernel(rows)) kernels += s.savings;
  expect_sum(members);
  expect_sum(layers);
  expect_sum(kernels);

  const auto of_member = by_member(rows, 2);
  EXPECT_EQ(of_member[1].calls_run, 0);
  EXPECT_EQ(of_member[1].calls_full, 1);
  const auto of_layer = by_layer(rows);
  ASSERT_EQ(of_layer.size(), 4u);  // a: conv mean fc, b: conv
  EXPECT_EQ(of_layer[0].layer->name, "conv");
  EXPECT_EQ(of_layer[0].rows.size(), 2u) << "two batch sizes of one layer";
  EXPECT_EQ(of_layer[0].savings.calls_run, 2);
  const auto of_kernel = by_kernel(rows);
  ASSERT_EQ(of_kernel.size(), 1u);
  EXPECT_EQ(of_kernel[0].kernel, "plain loops");
  EXPECT_EQ(of_kernel[0].layers, 4u);
}

TEST_F(KernelTableTest, RatesAreWorkOfTheBatchOverTime) {
  add(KernelTable::full, {call(plan(a, 2), kConv, 100), call(plan(a, 2), kConv, 300)});
  const Savings s = table.rows()[0].savings;
  const double macs = 2.0 * 4 * 64 * 27;    // two images
  EXPECT_DOUBLE_EQ(s.flops, 2 * 2 * macs);  // two calls
  EXPECT_DOUBLE_EQ(s.gflop_per_s(), 2 * 2 * macs / 400e-6 / 1e9);
  const double bytes = 4.0 * (2 * 3 * 64 + 4 * 27 + 2 * 4 * 64);
  EXPECT_DOUBLE_EQ(s.gb_per_s(), 2 * bytes / 400e-6 / 1e9);
}

// On the cpu backend a convolution often reorders its image first: the work counts for the slowest kernel.
TEST_F(KernelTableTest, WorkOfALayerCountsWithItsLongestKernel) {
  const auto cpu = make_cpu_backend(1);
  const PlanMember member("m", small_model(), *cpu, 1);
  const auto& layers = member.plan(1).layers();
  const auto two =
      std::find_if(layers.begin(), layers.end(), [](const auto& l) { return l.kernels.size() > 1; });
  if (two == layers.end()) GTEST_SKIP() << "no layer takes two kernels on this processor";
  const auto layer = static_cast<size_t>(two - layers.begin());
  KernelTable of_member(std::vector<const PlanMember*>{&member});
  of_member.add(KernelTable::full, std::vector<KernelCall>{{&member.plan(1), layer, 0, 0, 1000, {}},
                                                           {&member.plan(1), layer, 1, 1000, 5000, {}}});
  const auto rows = of_member.rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].savings.bytes, 0);
  EXPECT_EQ(rows[1].savings.bytes, static_cast<double>(two->bytes));
  EXPECT_EQ(rows[1].savings.flops, 2.0 * static_cast<double>(two->multiply_adds));
}

TEST_F(KernelTableTest, WhatRunsBetweenMembersIsKeptByName) {
  add(KernelTable::flexible, {KernelCall{.ns = 2000, .name = "tail_kernel"}});
  add(KernelTable::full,
      {KernelCall{.ns = 4000, .name = "tail_kernel"}, KernelCall{.ns = 1000, .name = "copy"}});
  EXPECT_TRUE(table.rows().empty());
  const auto between = table.between_members();
  ASSERT_EQ(between.size(), 2u);
  EXPECT_DOUBLE_EQ(between.at("tail_kernel").run_ms, 0.003);
  EXPECT_EQ(between.at("copy").calls_saved(), 1);
  EXPECT_DOUBLE_EQ(table.measured_ms(KernelTable::full), 0.005);
}

TEST_F(KernelTableTest, ACallOfAnotherPlanIsAnError) {
  const auto other = compile(small_model(), *backend, 1);
  EXPECT_THROW(add(KernelTable::full, {call(*other, kConv, 1)}), Error);
}

// The host's clock sees each kernel of each layer once per run, and nothing while it is off.
TEST_F(KernelTableTest, TheHostClockSeesEveryKernelWhileItIsOn) {
  const Buffer arena = backend->device().allocate(a.arena_bytes());
  const std::vector<float> input(2 * 192);
  std::vector<float> logits(2 * 5);
  a.bind(arena.data(), input.data(), logits.data());
  const auto queue = backend->device().make_queue();
  HostKernelClock clock({&a});
  a.enqueue(*queue, 2);
  EXPECT_TRUE(clock.take().empty());
  clock.watch(true);
  a.enqueue(*queue, 2);
  a.enqueue(*queue, 1);
  const auto calls = clock.take();
  size_t kernels = 0;
  for (const auto& layer : a.plan(1).layers()) kernels += layer.kernels.size();
  ASSERT_EQ(calls.size(), 2 * kernels);
  for (size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i].plan, i < kernels ? &a.plan(2) : &a.plan(1));
    EXPECT_GE(calls[i].ns, 0);
    if (i > 0) {
      EXPECT_GE(calls[i].start_ns, calls[i - 1].start_ns + calls[i - 1].ns) << "they overlap";
    }
  }
  clock.watch(false);
  a.enqueue(*queue, 2);
  EXPECT_TRUE(clock.take().empty());
}

}  // namespace
}  // namespace fxe::test
