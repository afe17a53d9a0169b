// SPDX-License-Identifier: Apache-2.0
#include "engine/shape.h"

#include <gtest/gtest.h>

#include "tests/engine/input/expect_error.h"

namespace fxe::test {
namespace {

std::string shape_error(const std::vector<int64_t>& dims) {
  return error_of([&] { Shape shape{std::span<const int64_t>(dims)}; });
}

TEST(Shape, DimensionsAndElements) {
  const Shape shape{64, 3, 7, 5};
  EXPECT_EQ(shape.rank(), 4);
  EXPECT_EQ(shape[3], 5);
  EXPECT_EQ(shape.elements(), 64 * 3 * 7 * 5);
  EXPECT_EQ(shape.str(), "[64, 3, 7, 5]");
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ(Shape{}.str(), "[]");
  EXPECT_EQ((Shape{5, 0, 7}).elements(), 0);
  EXPECT_EQ((Shape{1, 2, 3, 4, 5, 6, 7, 8}).elements(), 40320);
  EXPECT_EQ((Shape{int64_t{1} << 31, int64_t{1} << 31}).elements(), int64_t{1} << 62);
}

TEST(Shape, Equality) {
  EXPECT_EQ((Shape{2, 3}), (Shape{2, 3}));
  EXPECT_FALSE((Shape{2, 3}) == (Shape{3, 2}));
  EXPECT_FALSE((Shape{2}) == (Shape{2, 1}));
  EXPECT_FALSE((Shape{2}) == (Shape{2, 0}));
}

TEST(Shape, Errors) {
  EXPECT_EQ(shape_error({1, 1, 1, 1, 1, 1, 1, 1, 1}), "a shape has at most 8 dimensions, found 9");
  EXPECT_EQ(shape_error({2, -1}), "a dimension must not be negative, found -1");
  EXPECT_EQ(shape_error({int64_t{1} << 31, (int64_t{1} << 31) + 1}),
            "the shape 2147483648x2147483649 has too many elements");
  // A 0 among the dimensions must not hide an overflowing product.
  EXPECT_EQ(shape_error({int64_t{1} << 40, 0, int64_t{1} << 40}),
            "the shape 1099511627776x0x1099511627776 has too many elements");
  EXPECT_EQ(shape_error({INT64_MAX, INT64_MAX}),
            "the shape 9223372036854775807x9223372036854775807 has too many elements");
}

}  // namespace
}  // namespace fxe::test
