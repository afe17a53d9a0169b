// SPDX-License-Identifier: Apache-2.0
#include "networks/random_weights.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "layers/optimize.h"
#include "layers/run_plan.h"
#include "networks/registry.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

// The deepest of each family; FXE_EVERY_NETWORK=1: all, at their usual input sizes.
TEST(RandomWeights, KeepValuesFarInsideHalfPrecision) {
  const bool all = std::getenv("FXE_EVERY_NETWORK") != nullptr;
  const auto backend = make_cpu_backend(2);
  for (const std::string& name :
       all ? network_names()
           : std::vector<std::string>{"resnet50", "resnet152", "cifar_resnet56", "densenet121",
                                      "mobilenet_v2", "efficientnet_b0", "convnext_tiny"}) {
    Graph graph = build_network(all || name.starts_with("cifar") ? name : name + ":input=64");
    TensorMap weights = random_weights(graph, 1);
    const Model model = optimize(bind_weights(std::move(graph), std::move(weights), name));
    const Input in = model.input();
    Random random(1, "image");
    const auto image = normals(random, static_cast<size_t>(in.c * in.h * in.w));
    float largest = 0, of_logits = 0;
    for (const auto& values : run_keeping_values(model, *backend, image, 1)) {
      of_logits = 0;
      for (const float v : values) {
        ASSERT_TRUE(std::isfinite(v)) << name;
        of_logits = std::max(of_logits, std::fabs(v));
      }
      largest = std::max(largest, of_logits);
    }
    EXPECT_LE(largest, 1e4f) << name;
    EXPECT_GE(of_logits, 1e-3f) << name << ": nothing is left";
    if (all) fmt::print("{}: {:.4g}, logits {:.4g}\n", name, largest, of_logits);
  }
}

}  // namespace
}  // namespace fxe::test
