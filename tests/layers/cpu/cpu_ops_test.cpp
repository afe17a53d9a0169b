// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kernels/cpu/dot_tile.h"
#include "layers/reference/layer_reference.h"
#include "tests/support/op_cases.h"

namespace fxe::test {

TEST(CpuOps, AgreeWithTheReference) {
  const auto backend = make_cpu_backend(2);
  run_op_cases(*backend);
}

// What is special about blocked layouts: lanes past the last channel, which must stay zero, and 1 x 1 images,
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

// Fully connected layers with their weights in bfloat16: rows and columns that fill tiles, and that do not.
TEST(CpuOps, Bf16WeightsAgreeWithTheReference) {
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512";
  const auto backend = make_cpu_backend(2, Precision::bf16);
  std::vector<OpCase> cases;
  for (const int64_t n : {1, 2, 13})
    for (const int64_t k : {10, 16, 33, 48, 1000})
      for (const int64_t c : {3, 64, 513})
        cases.push_back({Linear{.k = k, .weight = "w", .bias = "b", .act = Activation::relu()}, {{n, c}}});
  run_op_cases(*backend, cases);
}

// A quarter of a million arguments, on their own and fused into a convolution with the identity.
TEST(CpuOps, ActivationsAreWithinTheBoundOnASweep) {
  const auto backend = make_cpu_backend(2);
  const Shape shape{1, 8, 180, 180};
  std::vector<float> x(static_cast<size_t>(shape.elements()));
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = (i % 3 ? 10.0f : 120.0f) * (2 * static_cast<float>(i) / static_cast<float>(x.size()) - 1);
  std::vector<float> identity(64);
  for (size_t i = 0; i < 8; ++i) identity[i * 9] = 1;
  const TensorMap weights{{"w", Tensor::from_floats({8, 8, 1, 1}, identity)}};
  for (const Activation& act :
       {Activation::sigmoid(), Activation::hard_sigmoid(), Activation::hard_sigmoid(0.2f, 0.5f),
        Activation::hard_swish(), Activation::silu(), Activation::gelu(), Activation::gelu_tanh()})
    for (const Op& op : {Op(Activate{act}), Op(Conv2d{.k = 8, .weight = "w", .act = act})}) {
      const auto reference = reference_layer(op, {shape}, {{x.begin(), x.end()}}, weights);
      const LayerRun run = run_layer(*backend, "sweep", op, {shape}, {x}, weights);
      const auto rounding = LayerReference::rounding(Precision::fp32);
      const Comparison c =
          compare(run.output, reference.value, [&](size_t i) { return reference.bound(i, rounding); });
      EXPECT_TRUE(c) << op_str(op) << ", " << run.implementation << " at x = " << x[c.worst] << ": "
                     << c.message;
      fmt::print("sweep, {} {}: at most {:.3g}% of the bound used\n", op_name(op), act.str(),
                 c.percent_of_bound);
    }
}

// oneDNN's fused ReLU, clip and hard sigmoid are the known exception (layers/cpu/cpu_backend.h).
TEST(CpuOps, NanComesOutWhereItShould) { run_nan_cases(*make_cpu_backend(2), FusedNan::may_be_lost); }

}  // namespace fxe::test
