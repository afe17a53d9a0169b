// SPDX-License-Identifier: Apache-2.0
// Joins a device's recorded activities with layers.
#include "metareasoner/profile/activity_join.h"

#include <gtest/gtest.h>

namespace fxe::test {
namespace {

// Plans are used as addresses only.
const Plan* plan(uintptr_t number) { return reinterpret_cast<const Plan*>(number * 64); }

DeviceActivity of_node(uint64_t node, int64_t start, std::string name = "kernel") {
  return {.graph_node = node, .start_ns = start, .end_ns = start + 10, .name = std::move(name)};
}

TEST(ActivityJoin, ANodeIsOfTheLayerItWasCapturedFor) {
  ActivityJoin join;
  join.note_node(7, {plan(1), 2, 0});
  join.note_node(8, {plan(1), 2, 1});
  join.note_copy(107, 7);
  join.note_copy(108, 8);
  const auto calls = join.join(std::vector{of_node(107, 1000), of_node(108, 1020)});
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].plan, plan(1));
  EXPECT_EQ(calls[0].layer, 2u);
  EXPECT_EQ(calls[0].kernel, 0u);
  EXPECT_EQ(calls[1].kernel, 1u);
  EXPECT_EQ(calls[1].start_ns, 1020);
  EXPECT_EQ(calls[1].ns, 10);
  EXPECT_EQ(calls[1].name, "kernel");
}

// The same member captured into two graphs, and a body that is copied twice on its way into an
// executable graph.
TEST(ActivityJoin, CopiesOfCopiesAreOfTheFirst) {
  ActivityJoin join;
  join.note_node(1, {plan(1), 4, 0});
  join.note_node(2, {plan(2), 5, 0});
  join.note_copy(11, 1);
  join.note_copy(21, 11);
  join.note_copy(31, 21);
  join.note_copy(12, 2);
  const auto calls = join.join(std::vector{of_node(31, 0), of_node(12, 20), of_node(1, 40)});
  EXPECT_EQ(calls[0].plan, plan(1));
  EXPECT_EQ(calls[1].plan, plan(2));
  EXPECT_EQ(calls[2].plan, plan(1)) << "an executable graph may keep the nodes' own numbers";
}

TEST(ActivityJoin, WhatWasNotNotedIsOfNoLayerAndKeepsItsName) {
  ActivityJoin join;
  join.note_node(1, {plan(1), 0, 0});
  const auto calls = join.join(std::vector{of_node(99, 0, "tail_kernel"), DeviceActivity{.name = "copy"},
                                           DeviceActivity{.mark = 5, .name = "stray"}});
  for (const auto& call : calls) EXPECT_EQ(call.plan, nullptr) << call.name;
  EXPECT_EQ(calls[0].name, "tail_kernel");
}

TEST(ActivityJoin, LaunchesWithoutAGraphAreKnownByTheirMark) {
  ActivityJoin join;
  const uint64_t first = join.mark({plan(1), 0, 0}), second = join.mark({plan(2), 3, 1});
  EXPECT_NE(first, second);
  EXPECT_NE(first, 0u);
  const auto calls = join.join(std::vector{DeviceActivity{.mark = second, .start_ns = 1},
                                           DeviceActivity{.mark = first, .start_ns = 2}});
  EXPECT_EQ(calls[0].plan, plan(2));
  EXPECT_EQ(calls[0].layer, 3u);
  EXPECT_EQ(calls[0].kernel, 1u);
  EXPECT_EQ(calls[1].plan, plan(1));
}

// A node's number means nothing for a mark, and vice versa.
TEST(ActivityJoin, NodesAndMarksAreNumbersOfTheirOwn) {
  ActivityJoin join;
  join.note_node(1, {plan(1), 0, 0});
  EXPECT_EQ(join.mark({plan(2), 0, 0}), 1u);
  const auto calls = join.join(std::vector{of_node(1, 0), DeviceActivity{.mark = 1, .start_ns = 1}});
  EXPECT_EQ(calls[0].plan, plan(1));
  EXPECT_EQ(calls[1].plan, plan(2));
}

// The library returns its buffers in any order.
TEST(ActivityJoin, CallsComeInTheOrderInWhichTheyStarted) {
  ActivityJoin join;
  const auto calls = join.join(std::vector{of_node(3, 300), of_node(1, 100), of_node(2, 200)});
  EXPECT_EQ(calls[0].start_ns, 100);
  EXPECT_EQ(calls[1].start_ns, 200);
  EXPECT_EQ(calls[2].start_ns, 300);
}

}  // namespace
}  // namespace fxe::test
