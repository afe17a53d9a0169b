// SPDX-License-Identifier: Apache-2.0
#include "engine/dtype.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/tensor.h"
#include "tests/support/generate.h"

namespace fxe::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The value of a 16-bit format with `fraction` bits of fraction, by IEEE 754's formula.
double value_of(uint16_t bits, int fraction) {
  const int exponent_bits = 15 - fraction, bias = (1 << (exponent_bits - 1)) - 1;
  const double sign = bits >> 15 ? -1 : 1;
  const int exponent = (bits >> fraction) & ((1 << exponent_bits) - 1), low = bits & ((1 << fraction) - 1);
  if (exponent == (1 << exponent_bits) - 1) return low ? NAN : sign * kInfinity;
  if (exponent == 0) return sign * std::ldexp(low, 1 - bias - fraction);
  return sign * std::ldexp(low + (1 << fraction), exponent - bias - fraction);
}

// Nearest to even by search: the bit patterns of positive values have the values' order; infinity stands for
// the value that would come next.
uint16_t nearest(float value, int fraction) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const auto infinity = static_cast<uint16_t>(0x7fff >> fraction << fraction);
  const double x = std::abs(static_cast<double>(value));
  if (std::isinf(x)) return sign | infinity;
  const auto finite = [&](int bits) {
    return bits < infinity ? value_of(static_cast<uint16_t>(bits), fraction)
                           : 2 * value_of(static_cast<uint16_t>(infinity - (1 << fraction)), fraction);
  };
  int low = 0, high = infinity;
  while (high - low > 1) (finite((low + high) / 2) <= x ? low : high) = (low + high) / 2;
  const double below = x - finite(low), above = finite(high) - x;
  const int chosen = x >= finite(high) || above < below || (above == below && low % 2 == 1) ? high : low;
  return static_cast<uint16_t>(sign | chosen);
}

void expect_same_value(float value, double expected, int bits) {
  if (std::isnan(expected))
    EXPECT_TRUE(std::isnan(value)) << bits;
  else
    EXPECT_TRUE(value == expected && std::signbit(value) == std::signbit(expected)) << bits << ": " << value;
}

TEST(DType, EveryHalfAndBfloat16) {
  for (int i = 0; i < 65536; ++i) {
    const auto bits = static_cast<uint16_t>(i);
    expect_same_value(half_to_float(bits), value_of(bits, 10), i);
    expect_same_value(bfloat16_to_float(bits), value_of(bits, 7), i);
    if (std::isnan(value_of(bits, 10)))
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(half_to_float(bits))))) << i;
    else
      EXPECT_EQ(float_to_half(half_to_float(bits)), bits);
    if (std::isnan(value_of(bits, 7)))
      EXPECT_TRUE(std::isnan(bfloat16_to_float(float_to_bfloat16(bfloat16_to_float(bits))))) << i;
    else
      EXPECT_EQ(float_to_bfloat16(bfloat16_to_float(bits)), bits);
  }
}

// Around every 16-bit value and every midpoint of two, and random 32-bit patterns.
TEST(DType, RoundsToNearestEven) {
  static constexpr uint64_t kSeed = 11;
  Random random(kSeed);
  const auto check = [](uint32_t pattern) {
    const auto value = std::bit_cast<float>(pattern);
    if (std::isnan(value)) return;
    ASSERT_EQ(float_to_half(value), nearest(value, 10)) << pattern << ", seed " << kSeed;
    ASSERT_EQ(float_to_bfloat16(value), nearest(value, 7)) << pattern << ", seed " << kSeed;
  };
  for (uint32_t i = 0; i < 65536; i += 3)
    for (const uint32_t low : {0u, 1u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu}) check(i << 16 | low);
  for (uint32_t i = 0; i < 0x7c00; i += 7)
    for (const uint32_t change : {0u, 0xfffu, 0x1000u, 0x1001u})
      check(std::bit_cast<uint32_t>(half_to_float(static_cast<uint16_t>(i))) + change);
  for (int i = 0; i < 50'000; ++i) check(static_cast<uint32_t>(random.bits()));
}

TEST(DType, EveryTypeToFloatAtAnyAlignment) {
  const auto converted = [](DType type, auto value) {
    std::byte bytes[1 + sizeof value];
    std::memcpy(bytes + 1, &value, sizeof value);
    EXPECT_EQ(size_bytes(type), sizeof value) << name(type);
    float out = NAN;
    convert_to_float(type, bytes + 1, {&out, 1});
    return out;
  };
  EXPECT_EQ(converted(DType::f16, uint16_t{0x3e00}), 1.5f);
  EXPECT_EQ(converted(DType::bf16, uint16_t{0xc040}), -3.0f);
  EXPECT_EQ(converted(DType::f32, 0.1f), 0.1f);
  EXPECT_EQ(converted(DType::f64, 0.1), 0.1f);
  EXPECT_EQ(converted(DType::u8, uint8_t{200}), 200.0f);
  EXPECT_EQ(converted(DType::i8, int8_t{-100}), -100.0f);
  EXPECT_EQ(converted(DType::i16, int16_t{-30'000}), -30'000.0f);
  EXPECT_EQ(converted(DType::i32, (1 << 24) + 1), 16'777'216.0f);
  EXPECT_EQ(converted(DType::i64, int64_t{-1} << 40), -1099511627776.0f);
  EXPECT_EQ(converted(DType::boolean, true), 1.0f);
}

TEST(Tensor, SharesItsBytesAndChecksTheirNumber) {
  const Tensor tensor = Tensor::from_floats({2, 2}, {1, 2, 3, 4}), copy = tensor;
  EXPECT_EQ(copy.bytes.data(), tensor.bytes.data());
  EXPECT_EQ(copy.to_float(), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(Tensor::from_bytes(DType::u8, {3}, {std::byte{1}, std::byte{2}, std::byte{255}}).to_float(),
            (std::vector<float>{1, 2, 255}));
  EXPECT_ANY_THROW(Tensor::from_floats({2, 2}, {1, 2, 3}));
  EXPECT_ANY_THROW(Tensor::from_bytes(DType::f16, {3}, std::vector<std::byte>(3)));
}

}  // namespace
}  // namespace fxe::test
