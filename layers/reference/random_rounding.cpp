// SPDX-License-Identifier: Apache-2.0
#include "layers/reference/random_rounding.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace fxe::reference {

namespace {

// SplitMix64's output function: a 64-bit hash.
uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

double uniform(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }  // [0, 1)

double normal(uint64_t bits) {
  return std::sqrt(-2 * std::log(1 - uniform(bits))) * std::cos(2 * std::numbers::pi * uniform(mixed(bits)));
}

}  // namespace

RandomRounding::RandomRounding(uint64_t node, uint64_t path, const LayerReference::Rounding& rounding)
    : key_(mixed(mixed(node) + path)),
      rounding_(rounding),
      cuts_off_(rounding.operand_truncates && key_ % 4 != 0) {}

// Rounds to a multiple of the last place. Relative to a number's power of two the error is below u if
// truncated, and at most u if rounded to nearest in a format that is never truncated.
double RandomRounding::operand(double x) const {
  if (x == 0 || !std::isfinite(x)) return x;
  int exponent = 0;  // 2^(exponent - 1) <= |x|
  (void)std::frexp(x, &exponent);
  const double place = std::ldexp(rounding_.operand, exponent - rounding_.operand_truncates);
  return place * (cuts_off_ ? std::trunc(x / place) : std::nearbyint(x / place));
}

Doubles RandomRounding::operands(const Doubles& values) const {
  return mapped(values, [&](double x) { return operand(x); });
}

Doubles RandomRounding::weights(const Doubles& values, size_t which, bool multiplies) const {
  Doubles out(values.size());
  const uint64_t key = mixed(key_ + which);
  for (size_t i = 0; i < values.size(); ++i) {
    out[i] = values[i] * (1 + rounding_.operation * (2 * uniform(mixed(key ^ i)) - 1));
    if (multiplies && rounding_.operand > 0) out[i] = operand(out[i]);
  }
  return out;
}

void RandomRounding::add_noise(Doubles& values, const Doubles& sigma, const Doubles& exact) const {
  for (size_t i = 0; i < sigma.size(); ++i)
    if (sigma[i] > 0) values[i] += sigma[i] * normal(mixed(key_ ^ std::bit_cast<uint64_t>(exact[i])));
}

}  // namespace fxe::reference
