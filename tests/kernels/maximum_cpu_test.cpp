// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/maximum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/cpu/dot_tile.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

// Windows of every small size, in images and in rings of four rows, with every tenth number NaN or infinite.
TEST(MaximumCpu, TheGreatestOrNanAndNothingBesides) {
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512";
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const int64_t channels = random.integer(1, 150), width = random.integer(3, 6);
    const int64_t step_w = channels + random.integer(0, 3), step_h = width * step_w;
    const int64_t row_mask = random.integer(0, 1) ? 3 : -1, rows = random.integer(1, 4);
    const int64_t first_row = random.integer(0, 9), columns = random.integer(1, 3);
    std::vector<float> x;
    for (int64_t i = 0; i < 13 * step_h; ++i) {
      const int64_t kind = random.integer(0, 29);
      x.push_back(kind == 0   ? kNan
                  : kind == 1 ? kInf
                  : kind == 2 ? -kInf
                              : static_cast<float>(random.normal()));
    }
    std::vector<float> y(static_cast<size_t>(channels) + 64, 777);
    maximum_of_pixels({.x = x.data(),
                       .first_row = first_row,
                       .rows = rows,
                       .row_mask = row_mask,
                       .columns = columns,
                       .step_h = step_h,
                       .step_w = step_w,
                       .channels = channels},
                      y.data());
    for (int64_t c = 0; c < channels; ++c) {
      float expected = -kInf;
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) {
          const float v = x[static_cast<size_t>(((first_row + i) & row_mask) * step_h + j * step_w + c)];
          if (std::isnan(v) || v > expected) expected = v;
          if (std::isnan(expected)) i = rows, j = columns;
        }
      const float found = y[static_cast<size_t>(c)];
      ASSERT_TRUE(std::isnan(expected) ? std::isnan(found) : found == expected)
          << "seed " << seed << ", channel " << c << ": " << found << " instead of " << expected;
    }
    for (size_t i = static_cast<size_t>(channels); i < y.size(); ++i) ASSERT_EQ(y[i], 777) << "seed " << seed;
  }
}

}  // namespace
}  // namespace fxe::test
