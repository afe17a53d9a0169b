// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace fxe {

// Dimensions of a tensor, outermost first, at most kMaxRank of them. Letters used throughout: n batch, c
// input channels, h w input height and width, k output channels, r s filter height and width, p q output
// height and width.
class Shape {
 public:
  static constexpr int kMaxRank = 8;

  Shape() = default;
  Shape(std::initializer_list<int64_t> dims);
  // Throws bad_input for more than kMaxRank dimensions, a negative one, or a product past 2^62.
  explicit Shape(std::span<const int64_t> dims);

  int rank() const { return rank_; }
  int64_t operator[](int i) const { return dims_[static_cast<size_t>(i)]; }
  int64_t& operator[](int i) { return dims_[static_cast<size_t>(i)]; }
  int64_t elements() const;  // 1 for rank 0
  std::span<const int64_t> dims() const { return {dims_.data(), static_cast<size_t>(rank_)}; }
  bool operator==(const Shape&) const = default;

  std::string str() const;  // "[64, 3, 7, 7]"

 private:
  std::array<int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

}  // namespace fxe
