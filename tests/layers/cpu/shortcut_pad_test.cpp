// SPDX-License-Identifier: Apache-2.0
// Zero channels before and after those that a convolution wrote in its blocked layout, in counts that do not
// fill whole blocks.
#include <gtest/gtest.h>

#include "layers/graph_builder.h"
#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "tests/support/compare.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

Model padded(int64_t channels, int64_t before, int64_t after) {
  GraphBuilder g;
  const auto x = g.conv("conv", g.input(3, 6, 5), {.k = channels, .filter = {3, 3}});
  const auto y = g.node("pad", ShortcutPad{.before = before, .after = after}, {x});
  return with_random_weights(g.finish(g.linear("fc", g.flatten("flatten", y), 7)), 1);
}

TEST(ShortcutPad, TakesAnyNumberOfChannelsBehindAConvolution) {
  const auto backend = make_cpu_backend(1);
  for (const int64_t channels : {1, 3, 8, 9, 16, 24, 32})
    for (const int64_t before : {0, 1, 4, 8, 16})
      for (const int64_t after : {0, 1, 3, 8, 16}) {
        const Model model = padded(channels, before, after);
        const auto images = random_images(model, 2, 3);
        const NetworkReference expected = reference_network(model, images, 2);
        const Comparison c = compare(run_model(model, *backend, images, 2), expected.logits,
                                     [&](size_t i) { return expected.bound(i); });
        EXPECT_TRUE(c) << before << " + " << channels << " + " << after << ": " << c.message;
      }
}

}  // namespace
}  // namespace fxe::test
