// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace fxe::test {

// A seeded generator with the same values on every machine and with every standard library.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  Random(uint64_t seed, std::string_view stream);  // independent values for each name

  uint64_t bits();
  double uniform();                            // [0, 1)
  double normal();                             // mean 0, variance 1
  int64_t integer(int64_t low, int64_t high);  // both included

 private:
  uint64_t state_;
};

// Small integers, mostly 0: at most `nonzero` in every `terms` on average, so that a sum of `terms` products
// of two such fills stays below 2^11. Every partial sum is then exact in fp32, tf32, fp16 and bf16 products,
// in any order.
std::vector<float> integers(Random& random, size_t count, int64_t terms);

std::vector<float> normals(Random& random, size_t count, double scale = 1, double mean = 0);

}  // namespace fxe::test
