// SPDX-License-Identifier: Apache-2.0
#include "engine/shape.h"

#include <fmt/ranges.h>

#include "engine/error.h"

namespace fxe {

Shape::Shape(std::initializer_list<int64_t> dims)
    : Shape(std::span<const int64_t>(dims.begin(), dims.size())) {}

Shape::Shape(std::span<const int64_t> dims) {
  if (dims.size() > kMaxRank)
    throw bad_input("a shape has at most {} dimensions, found {}", kMaxRank, dims.size());
  constexpr int64_t kLimit = int64_t{1} << 62;
  int64_t product = 1;
  for (int64_t d : dims) {
    if (d < 0) throw bad_input("a dimension must not be negative, found {}", d);
    if (d != 0 && product > kLimit / d)
      throw bad_input("the shape {} has too many elements", fmt::join(dims, "x"));
    product *= d == 0 ? 1 : d;
    dims_[static_cast<size_t>(rank_++)] = d;
  }
}

int64_t Shape::elements() const {
  int64_t product = 1;
  for (int64_t d : dims()) product *= d;
  return product;
}

std::string Shape::str() const { return fmt::format("[{}]", fmt::join(dims(), ", ")); }

}  // namespace fxe
