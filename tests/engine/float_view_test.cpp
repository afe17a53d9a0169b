// SPDX-License-Identifier: Apache-2.0
#include "engine/float_view.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "engine/finite.h"

namespace fxe::test {
namespace {

TEST(FloatView, OfAlignedFp32IsWhereItLies) {
  const Tensor tensor = Tensor::from_floats({4}, {1, 2, 3, 4});
  std::vector<float> room;
  const auto view = float_view(tensor, 1, 2, room);
  EXPECT_EQ(static_cast<const void*>(view.data()), tensor.bytes.data() + 4);
  EXPECT_EQ(std::vector<float>(view.begin(), view.end()), (std::vector<float>{2, 3}));
  EXPECT_TRUE(room.empty());
}

TEST(FloatView, ConvertsWhatIsNotAlignedOrNotFp32) {
  const std::vector<float> values = {1, 2, 3};
  std::vector<std::byte> bytes(1 + 3 * sizeof(float));
  std::memcpy(bytes.data() + 1, values.data(), 3 * sizeof(float));
  const Tensor shifted{DType::f32, {3}, std::span(bytes).subspan(1), nullptr};
  const std::vector<uint16_t> halves = {0x3c00, 0x4000, 0x4200};
  const Tensor half{DType::f16, {3}, std::as_bytes(std::span(halves)), nullptr};
  for (const Tensor& tensor : {shifted, half}) {
    std::vector<float> room;
    const auto view = float_view(tensor, 1, 2, room);
    EXPECT_EQ(view.data(), room.data());
    EXPECT_EQ(std::vector<float>(view.begin(), view.end()), (std::vector<float>{2, 3}));
  }
}

TEST(Finite, FindsOneAtEveryPlace) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (size_t count = 0; count < 70; ++count) {
    std::vector<float> values(count, -std::numeric_limits<float>::max());
    EXPECT_TRUE(all_finite(values));
    for (size_t i = 0; i < count; ++i)
      for (const float bad : {infinity, -infinity, std::nanf(""), -std::nanf("")}) {
        values[i] = bad;
        EXPECT_FALSE(all_finite(values)) << bad << " at " << i << " of " << count;
        EXPECT_FALSE(is_finite(bad));
        values[i] = std::numeric_limits<float>::denorm_min();
      }
  }
}

}  // namespace
}  // namespace fxe::test
