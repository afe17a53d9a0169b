// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "layers/graph_builder.h"
#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "tests/support/compare.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

// A fully connected layer on a channels-last image multiplies it in place; images of more rows than a window
// may have are multiplied in the order of the plain layout.
TEST(Flattened, ImagesOfAnyHeightAreMultiplied) {
  const auto backend = make_cpu_backend(2);
  for (const auto& [h, w] : {std::pair<int64_t, int64_t>{6, 5}, {128, 2}, {129, 2}, {3, 140}}) {
    GraphBuilder g;
    const ValueId x = g.conv("conv", g.input(3, h, w), {.k = 16});
    const Model model = with_random_weights(g.finish(g.linear("fc", g.flatten("flatten", x), 7)), 1);
    constexpr int64_t kImages = 2;
    const auto images = random_images(model, kImages, 2);
    const NetworkReference expected = reference_network(model, images, kImages);
    const Comparison c = compare(run_model(model, *backend, images, kImages), expected.logits,
                                 [&](size_t i) { return expected.bound(i); });
    EXPECT_TRUE(c) << h << " x " << w << ": " << c.message;
  }
}

}  // namespace
}  // namespace fxe::test
