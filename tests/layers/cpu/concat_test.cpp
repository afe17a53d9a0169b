// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/cpu/dot_tile.h"
#include "layers/optimize.h"
#include "layers/run_plan.h"
#include "networks/registry.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

// Fire modules join two convolutions; in GoogLeNet one of four parts follows a pooling.
TEST(ConcatOnTheCpu, ConvolutionsWriteWhereTheyAreJoined) {
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512: oneDNN joins";
  for (const char* spec : {"squeezenet1_1:input=64", "googlenet:input=64"}) {
    const Model model = optimize(with_random_weights(build_network(spec), 1));
    const auto cpu = make_cpu_backend(1);
    const auto plan = compile(model, *cpu, 2);
    int joined = 0;
    for (size_t i = 0; i < plan->layers().size(); ++i) {
      const Plan::Layer& layer = plan->layers()[i];
      if (!std::holds_alternative<Concat>(layer.op)) continue;
      ++joined;
      EXPECT_THAT(layer.kernels, testing::IsEmpty()) << spec << ", " << layer.name;
      size_t channel = 0;
      for (const ValueId id : model.graph.nodes[i].inputs) {
        const Plan::Layer& part = plan->layers()[static_cast<size_t>(id)];
        EXPECT_EQ(part.offset_bytes, layer.offset_bytes + channel * sizeof(float)) << part.name;
        EXPECT_EQ(part.value.bytes, Value::plain(part.value.shape).bytes) << part.name;
        channel += static_cast<size_t>(part.value.shape[1]);
      }
    }
    EXPECT_GE(joined, 8) << spec;
  }
}

// Reads parts inside the joined value, and that value, one by one.
TEST(ConcatOnTheCpu, PartsCanBeReadFromTheJoinedValue) {
  const Model model = optimize(with_random_weights(build_network("squeezenet1_1:input=64"), 1));
  constexpr int64_t kImages = 2;
  const auto values =
      run_keeping_values(model, *make_cpu_backend(2), random_images(model, kImages, 3), kImages);
  int joined = 0;
  for (size_t i = 0; i < model.graph.nodes.size(); ++i) {
    const Node& node = model.graph.nodes[i];
    if (!std::holds_alternative<Concat>(node.op)) continue;
    ++joined;
    std::vector<float> expected;
    for (int64_t n = 0; n < kImages; ++n)
      for (const ValueId id : node.inputs) {
        const auto& part = values[static_cast<size_t>(id)];
        const auto size = static_cast<std::ptrdiff_t>(part.size()) / kImages;
        expected.insert(expected.end(), part.begin() + n * size, part.begin() + (n + 1) * size);
      }
    EXPECT_EQ(values[i], expected) << node.name;
  }
  EXPECT_EQ(joined, 8);
}

}  // namespace
}  // namespace fxe::test
