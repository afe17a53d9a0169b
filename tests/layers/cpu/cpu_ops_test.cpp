// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/op_cases.h"

namespace fxe::test {

TEST(CpuOps, AgreeWithTheReference) {
  const auto backend = make_cpu_backend(2);
  run_op_cases(*backend);
}

// What is particular to blocked layouts: lanes past the last channel, which must stay zero, and 1 x 1 images,
// whose bytes are the same in several layouts.
TEST(CpuOps, AgreeInLayoutsOfTheirOwn) {
  using Kind = Pool2d::Kind;
  const Activation above_zero = Activation::clip(1, 2);
  const auto backend = make_cpu_backend(2);
  run_op_cases(*backend, {
                             {Activate{above_zero}, {{2, 13, 5, 5}}},
                             {Add{above_zero}, {{2, 13, 5, 5}, {2, 13, 5, 5}}},
                             {Conv2d{.k = 13, .weight = "w", .bias = "b", .act = above_zero}, {{1, 8, 5, 5}}},
                             {Pool2d{.filter = {2, 2}, .pad = {1, 1, 1, 1}}, {{2, 12, 1, 1}}},
                             {Pool2d{.filter = {6, 6}}, {{2, 12, 6, 6}}},
                             {Pool2d{.kind = Kind::average,
                                     .filter = {4, 4},
                                     .stride = {3, 3},
                                     .pad = {1, 0, 2, 1},
                                     .ceil_mode = true,
                                     .count_padding = true},
                              {{2, 8, 12, 13}}},
                             {Linear{.k = 10, .weight = "w"}, {{2, 24, 1, 1}}},
                             {Linear{.k = 10, .weight = "w"}, {{2, 13, 1, 1}}},
                             {Concat{}, {{2, 13, 5, 5}, {2, 16, 5, 5}}},
                             {ShortcutPad{.stride = {2, 1}, .before = 3, .after = 5}, {{2, 16, 9, 8}}},
                             {ShortcutPad{.stride = {1, 2}, .before = 8, .after = 0}, {{2, 13, 9, 8}}},
                         });
}

// oneDNN's fused ReLU and clip are the known exception (layers/cpu/cpu_backend.h).
TEST(CpuOps, NanComesOutWhereItShould) { run_nan_cases(*make_cpu_backend(2), FusedNan::may_be_lost); }

}  // namespace fxe::test
