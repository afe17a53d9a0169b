// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/direct_conv.h"

#include <gtest/gtest.h>

#include "layers/graph_builder.h"
#include "layers/run_plan.h"
#include "tests/support/models.h"
#include "tests/support/op_cases.h"

namespace fxe::test {
namespace {

// 3 x 3 filters over so many channels that a panel of weights goes through the image in blocks of taps.
constexpr int64_t kChannels = 300;

TEST(DirectConv, LongPanelsAgreeWithTheReference) {
  if (!cpu::DirectConv::works()) GTEST_SKIP() << "this processor has no AVX-512";
  const auto conv = [](Activation act) {
    return Conv2d{.k = 130, .filter = {3, 3}, .pad = same(1), .weight = "w", .bias = "b", .act = act};
  };
  const auto backend = make_cpu_backend(2);
  run_op_cases(*backend, {{conv(Activation::relu()), {{1, kChannels, 7, 7}}},
                          {conv(Activation::silu()), {{3, kChannels, 6, 5}}},
                          {conv({}), {{1, kChannels, 14, 15}}}});
}

// A convolution that adds a residual, here zeros, takes its sums in one go.
TEST(DirectConv, BlocksOfTapsChangeNoBit) {
  if (!cpu::DirectConv::works()) GTEST_SKIP() << "this processor has no AVX-512";
  const auto model = [](bool adds_zeros) {
    GraphBuilder g;
    const auto x = g.input(kChannels, 9, 11);
    const Conv2d op{
        .k = 130, .filter = {3, 3}, .pad = same(1), .weight = "conv.weight", .add_residual = adds_zeros};
    std::vector<ValueId> inputs{x};
    if (adds_zeros)
      inputs.push_back(g.activate("zeros", g.conv("any", x, {.k = 130}), Activation::clip(0, 0)));
    const auto y = g.node("conv", op, inputs);
    return with_random_weights(g.finish(g.linear("fc", g.flatten("flatten", y), 10)), 1);
  };
  const Model in_blocks = model(false), in_one = model(true);
  for (const int64_t images : {1, 2, 5}) {
    const auto x = random_images(in_blocks, images, 2);
    const auto expected = run_model(in_one, *make_cpu_backend(1), x, images);
    for (const int threads : {1, 2, 3})
      EXPECT_EQ(run_model(in_blocks, *make_cpu_backend(threads), x, images), expected)
          << images << " images, " << threads << " threads";
  }
}

}  // namespace
}  // namespace fxe::test
