// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "layers/reference/error_bound.h"
#include "layers/run_plan.h"
#include "tests/support/compare.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

constexpr int64_t kBatch = 5;

std::vector<float> one_by_one(const Model& model, Backend& backend, std::span<const float> input) {
  const size_t image = input.size() / kBatch;
  std::vector<float> rows;
  for (size_t i = 0; i < kBatch; ++i) {
    const auto row = run_model(model, backend, input.subspan(i * image, image), 1);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

// The images of a batch do not affect each other: on the reference, bit for bit.
TEST(Batch, OfTheReferenceIsThatManyBatchesOfOne) {
  const auto backend = make_reference_backend();
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const Model model = random_model(seed);
    const std::vector<float> input = random_images(model, kBatch, seed);
    EXPECT_EQ(run_model(model, *backend, input, kBatch), one_by_one(model, *backend, input)) << seed;
  }
}

// oneDNN may sum in another order for another batch: both are within the bound of the same reference, which
// is far smaller than the differences between images.
TEST(Batch, OfTheCpuIsThatManyBatchesOfOne) {
  const auto one_thread = make_cpu_backend(1), two_threads = make_cpu_backend(2);
  double worst = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Backend& backend = seed % 8 == 0 ? *two_threads : *one_thread;
    const Model model = random_model(seed);
    const std::vector<float> input = random_images(model, kBatch, seed);
    const NetworkReference expected = reference_network(model, input, kBatch);
    for (const auto& found : {run_model(model, backend, input, kBatch), one_by_one(model, backend, input)}) {
      const Comparison c = compare(found, expected.logits, [&](size_t i) { return expected.bound(i); });
      EXPECT_TRUE(c) << c.message;
      worst = std::max(worst, c.percent_of_bound);
    }
  }
  fmt::print("cpu, random networks: at most {:.3g}% of the bound used\n", worst);
}

// What the two tests above rely on.
TEST(Batch, ImagesOfRandomNetworksDiffer) {
  int different = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const Model model = random_model(seed);
    const NetworkReference r = reference_network(model, random_images(model, 2, seed), 2);
    const size_t classes = r.logits.size() / 2;
    for (size_t i = 0; i < classes; ++i)
      if (std::abs(r.logits[i] - r.logits[classes + i]) > 10 * (r.bound(i) + r.bound(classes + i))) {
        ++different;
        break;
      }
  }
  EXPECT_GE(different, 36);
}

}  // namespace
}  // namespace fxe::test
