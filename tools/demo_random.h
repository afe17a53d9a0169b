// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// PCG32 (XSH RR 64/32; M. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
// Algorithms for Random Number Generation", 2014). Integers only, so every machine draws the same numbers.
class DemoRandom {
 public:
  DemoRandom(uint64_t seed, uint64_t stream) : increment_((stream << 1) | 1) {
    next();
    state_ += seed;
    next();
  }

  uint32_t next() {
    const uint64_t old = state_;
    state_ = old * 6364136223846793005u + increment_;
    const auto mixed = static_cast<uint32_t>(((old >> 18) ^ old) >> 27);
    const auto turn = static_cast<uint32_t>(old >> 59);
    return (mixed >> turn) | (mixed << ((32 - turn) & 31));
  }

  // In [0, 1): 24 bits, exact in double.
  double uniform() { return (next() >> 8) * (1.0 / 16777216); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // In [0, n); the bias of the multiplication, below n / 2^32, does not matter here.
  int below(int n) {
    return static_cast<int>((static_cast<uint64_t>(next()) * static_cast<uint64_t>(n)) >> 32);
  }
  bool chance(double probability) { return uniform() < probability; }
  // Nearly normal, deviation 1, within +-3.47: the (exact) sum of four uniforms. libm's logarithm would not
  // round the same everywhere.
  double bell() { return (uniform() + uniform() + uniform() + uniform() - 2) * 1.7320508075688772; }

 private:
  uint64_t state_ = 0, increment_;
};

}  // namespace fxe
