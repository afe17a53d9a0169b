// SPDX-License-Identifier: Apache-2.0
// Random graphs whose values have several names and several readers: what is imported, and what optimize()
// makes of it, computes exactly what the nodes say one after the other. Numbers are small integers, so that
// every order of sums and every folded weight is exact. FXE_RANDOM_GRAPHS: how many, FXE_SEED: the first.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "layers/optimize.h"
#include "layers/run_plan.h"
#include "tests/weights_converter/caffe/random.h"
#include "tests/weights_converter/onnx/random.h"
#include "weights_converter/caffe/file.h"
#include "weights_converter/onnx/file.h"

namespace fxe::test {
namespace {

uint64_t number(const char* variable, uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given ? std::stoull(given) : otherwise;
}

template <class Random, class Read>
void expect_same(Read read) {
  const auto reference = make_reference_backend(), cpu = make_cpu_backend(1);
  const uint64_t first = number("FXE_SEED", 1), count = number("FXE_RANDOM_GRAPHS", 200);
  size_t nodes = 0, left = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("FXE_RANDOM_GRAPHS=1 FXE_SEED=" + std::to_string(seed));
    const Random random(seed);
    try {
      const std::string bytes = random.bytes();
      WeightFile file = read(std::as_bytes(std::span(bytes)));
      const Model model = bind_weights(*std::move(file.graph), std::move(file.tensors), "random");
      const Model optimized = optimize(model);
      nodes += model.graph.nodes.size();
      left += optimized.graph.nodes.size();
      const std::vector<float> image = random.image(), expected = random.logits();
      ASSERT_EQ(run_model(model, *reference, image, 1), expected) << "as imported";
      ASSERT_EQ(run_model(optimized, *reference, image, 1), expected) << "optimized";
      ASSERT_EQ(run_model(optimized, *cpu, image, 1), expected) << "optimized, on the CPU";
    } catch (const std::exception& e) {
      FAIL() << e.what();
    }
  }
  // Some were merged into others, and some could not be.
  fmt::print("{} of {} nodes are left\n", left, nodes);
  if (count >= 100) {
    EXPECT_LT(left, nodes - count);
  }
}

TEST(Alias, OnnxValuesOfManyNames) {
  expect_same<RandomOnnx>([](Bytes bytes) { return read_onnx(bytes, "no-such-folder"); });
}

TEST(Alias, CaffeBlobsOfManyNames) {
  expect_same<RandomCaffe>([](Bytes bytes) { return read_caffe(bytes, {}); });
}

}  // namespace
}  // namespace fxe::test
