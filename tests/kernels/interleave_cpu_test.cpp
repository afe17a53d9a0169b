// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/interleave.h"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/cpu/dot_tile.h"

namespace fxe::test {
namespace {

TEST(Interleave, PixelsOfThreeRows) {
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512";
  for (const int64_t count : {0, 1, 15, 16, 17, 47, 48, 224}) {
    const int64_t step = count + 5;
    std::vector<float> x(static_cast<size_t>(3 * step));
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i + 1);
    std::vector<float> to(static_cast<size_t>(3 * count + 1), -1), expected = to;
    interleave_three(x.data(), step, count, to.data());
    for (int64_t i = 0; i < count; ++i)
      for (int64_t c = 0; c < 3; ++c)
        expected[static_cast<size_t>(3 * i + c)] = x[static_cast<size_t>(c * step + i)];
    EXPECT_EQ(to, expected) << count;  // and nothing behind the last pixel
  }
}

}  // namespace
}  // namespace fxe::test
