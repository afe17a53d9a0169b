// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace fxe {

// e^x for x <= 0, without branches or calls, so that loops over it are vectorised. Within 2 ulp down to
// the smallest normal result; exactly 1 at 0; 0 where e^x is subnormal (and at -inf). The same bits on
// every machine.
[[gnu::always_inline]] inline float exp_of_nonpositive(float x) {
  constexpr float kSmallest = -87.33654f;  // log of the smallest normal float
  constexpr float kRound = 0x1.8p23f;      // adding it rounds to an integer, which lands in the low bits
  constexpr float kLog2E = 0x1.715476p0f;
  constexpr float kLn2High = 0x1.62e4p-1f;  // 15 bits: times an integer below 2^9 it is exact
  constexpr float kLn2Low = 0x1.7f7d1cp-20f;
  const float inside = x < kSmallest ? kSmallest : x;
  const float shifted = inside * kLog2E + kRound;
  const float n = shifted - kRound;
  const float r = inside - n * kLn2High - n * kLn2Low;  // |r| <= ln(2)/2
  float p = 1.0f / 5040;                                // Taylor: what follows r^7 is below 0.05 ulp
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  // 2^n: n is in [-126, 0], so the exponent field is in [1, 127].
  const uint32_t exponent = std::bit_cast<uint32_t>(shifted) - std::bit_cast<uint32_t>(kRound) + 127u;
  const float e = p * std::bit_cast<float>(exponent << 23);
  return x < kSmallest ? 0.0f : e;
}

}  // namespace fxe
