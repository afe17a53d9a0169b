// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace fxe::test {

// The outcome of comparing a result with its reference element by element, each with its own bound.
struct Comparison {
  bool ok = false;
  double percent_of_bound = 0;  // at the worst element, so that shrinking head-room shows before it is gone
  size_t worst = 0;
  std::string message;  // worst element, index, both values, percent of bound used; why it failed

  explicit operator bool() const { return ok; }
};

using ElementBound = std::function<double(size_t)>;

// Fails if |y_i - r_i| > bound(i); if one of the two is NaN or infinite and the other is not the same; if
// sizes differ or are 0; and if y is all zero, or all one value, and r is not. A bound of 0 demands equality.
Comparison compare(std::span<const float> y, std::span<const double> r, const ElementBound& bound);
Comparison compare_exact(std::span<const float> y, std::span<const double> r);
Comparison compare_exact(std::span<const float> y, std::span<const float> r);

// Memory with a pattern before and after it, to detect writes outside.
class Guarded {
 public:
  explicit Guarded(size_t bytes);
  void* data() { return storage_.data() + kZone; }  // aligned to kBufferAlignment
  bool intact() const;

 private:
  static constexpr size_t kZone = 4096;
  struct alignas(256) Block {
    std::byte bytes[256];
  };
  struct Storage {
    explicit Storage(size_t bytes) : blocks((bytes + 255) / 256) {}
    std::byte* data() { return blocks.data()->bytes; }
    const std::byte* data() const { return blocks.data()->bytes; }
    std::vector<Block> blocks;
  };
  size_t bytes_;
  Storage storage_;
};

}  // namespace fxe::test
