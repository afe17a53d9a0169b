// SPDX-License-Identifier: Apache-2.0
#include "engine/tensor.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>

#include "engine/float_view.h"
#include "tests/support/stored_as.h"

namespace fxe::test {
namespace {

const std::vector<double> kFactors = {1.0 / 3, -2.7, 1e-40};

std::vector<float> values_of(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(shape.elements()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 101) / 7 - 6;
  return values;
}

std::vector<uint32_t> bits(std::span<const float> values) {
  std::vector<uint32_t> bits;
  for (const float v : values) bits.push_back(std::bit_cast<uint32_t>(v));
  return bits;
}

std::vector<float> expected(const Tensor& plain, const std::vector<double>& factors) {
  std::vector<float> values = plain.to_float();
  const size_t row = values.size() / factors.size();
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(factors[i / row] * static_cast<double>(values[i]));
  return values;
}

TEST(Tensor, ReadsValuesTimesTheFactorOfTheirRow) {
  for (const Shape& shape : {Shape{3}, Shape{3, 1}, Shape{3, 5, 7}, Shape{3, 70}})
    for (const DType type : {DType::f32, DType::f16, DType::bf16, DType::f64}) {
      const Tensor plain = stored_as(type, shape, values_of(shape)), tensor = plain.times(kFactors);
      EXPECT_EQ(tensor.bytes.data(), plain.bytes.data());
      const std::vector<float> all = expected(plain, kFactors);
      EXPECT_EQ(bits(tensor.to_float()), bits(all)) << shape.str() << " " << name(type);
      for (size_t first = 0; first <= all.size(); ++first)
        for (const size_t count : {size_t{0}, size_t{1}, all.size() / 2, all.size() - first}) {
          if (first + count > all.size()) continue;
          const std::span<const float> part = std::span(all).subspan(first, count);
          std::vector<float> out(count), room;
          tensor.read(first, out);
          EXPECT_EQ(bits(out), bits(part)) << first << " " << count;
          EXPECT_EQ(bits(float_view(tensor, first, count, room)), bits(part)) << first << " " << count;
        }
    }
}

TEST(Tensor, FactorsAreMultipliedBeforeAnythingIsRounded) {
  const Tensor plain = Tensor::from_floats({3, 5}, values_of({3, 5}));
  std::vector<double> squares;
  for (const double f : kFactors) squares.push_back(f * f);
  EXPECT_EQ(bits(plain.times(kFactors).times(kFactors).to_float()), bits(expected(plain, squares)));
}

TEST(Tensor, KeepsBytesAndFactorsAlive) {
  Tensor tensor = Tensor::from_floats({3, 5}, values_of({3, 5}));
  const std::vector<float> all = expected(tensor, kFactors);
  const std::weak_ptr<const void> bytes = tensor.owner;
  tensor = tensor.times(kFactors);
  EXPECT_FALSE(bytes.expired());
  EXPECT_EQ(bits(tensor.to_float()), bits(all));
  tensor = {};
  EXPECT_TRUE(bytes.expired());
}

TEST(Tensor, WantsAFactorForEachRow) {
  const Tensor tensor = Tensor::from_floats({3, 5}, values_of({3, 5}));
  EXPECT_ANY_THROW(tensor.times({1, 2}));
  EXPECT_ANY_THROW(Tensor::from_floats({}, {1}).times({1}));
}

}  // namespace
}  // namespace fxe::test
