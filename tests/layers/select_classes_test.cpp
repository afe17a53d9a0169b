// SPDX-License-Identifier: Apache-2.0
#include "layers/select_classes.h"

#include <gtest/gtest.h>

#include "engine/error.h"
#include "layers/graph_builder.h"
#include "layers/optimize.h"
#include "layers/run_plan.h"
#include "networks/registry.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

// Every remaining output is unchanged to the bit: on the reference backend the others do not affect it.
void check(const Model& model, const std::vector<int>& classes) {
  const auto backend = make_reference_backend();
  const auto images = random_images(model, 2, 3);
  const auto all = run_model(model, *backend, images, 2);
  const Model selected = select_classes(model, classes, "model");
  EXPECT_EQ(selected.classes(), static_cast<int64_t>(classes.size()));
  const auto some = run_model(selected, *backend, images, 2);
  ASSERT_EQ(some.size(), 2 * classes.size());
  const auto count = static_cast<size_t>(model.classes());
  for (size_t n = 0; n < 2; ++n)
    for (size_t i = 0; i < classes.size(); ++i)
      EXPECT_EQ(some[n * classes.size() + i], all[n * count + static_cast<size_t>(classes[i])])
          << n << " " << i;
}

TEST(SelectClasses, OfALinearLayer) {
  const Model model = with_random_weights(build_network("cifar_resnet8"), 5);
  for (const auto& classes : {std::vector<int>{7, 0, 3}, {9}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
    check(model, classes);
    check(optimize(model), classes);
  }
}

// As SqueezeNet ends: a convolution, an activation, a pooling.
TEST(SelectClasses, OfAConvolution) {
  GraphBuilder g;
  const ValueId scores = g.relu("relu", g.conv("classes", g.input(3, 6, 6), {.k = 5}));
  check(with_random_weights(g.finish(g.node("pool", GlobalAveragePool{}, {scores})), 6), {4, 1});
}

TEST(SelectClasses, OfFoldedWeights) {
  GraphBuilder g;
  const ValueId scores = g.batch_norm("norm", g.conv("classes", g.input(3, 6, 6), {.k = 5}));
  const Model model =
      optimize(with_random_weights(g.finish(g.node("pool", GlobalAveragePool{}, {scores})), 6));
  ASSERT_EQ(model.graph.nodes.size(), 3u);
  check(model, {4, 1});
}

TEST(SelectClasses, Errors) {
  const auto error = [](const Model& model, const std::vector<int>& classes) -> std::string {
    try {
      select_classes(model, classes, "m");
    } catch (const Error& e) {
      return e.what();
    }
    return "NO ERROR";
  };
  const Model model = with_random_weights(build_network("cifar_resnet8"), 5);
  EXPECT_EQ(error(model, {}), "m: no classes to select");
  EXPECT_EQ(error(model, {3, 10}), "m: class 10 of a network of 10 classes");
  EXPECT_EQ(error(model, {-1}), "m: class -1 of a network of 10 classes");
  GraphBuilder g;
  const ValueId x = g.input(3, 1, 1);
  const ValueId both = g.node("join", Concat{}, {g.conv("a", x, {.k = 2}), g.conv("b", x, {.k = 2})});
  EXPECT_EQ(error(with_random_weights(g.finish(both), 1), {0}),
            "m: its classes cannot be selected, because it ends in 'join' (concat)");
}

}  // namespace
}  // namespace fxe::test
