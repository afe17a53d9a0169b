// SPDX-License-Identifier: Apache-2.0
#include "tests/support/generate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fxe::test {

Random::Random(uint64_t seed, std::string_view stream) : state_(seed) {
  for (const char c : stream) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;  // FNV-1a
}

uint64_t Random::bits() {  // SplitMix64 (Steele, Lea and Flood 2014)
  state_ += 0x9e3779b97f4a7c15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

double Random::uniform() { return std::ldexp(static_cast<double>(bits() >> 11), -53); }

double Random::normal() {  // Box and Muller
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

int64_t Random::integer(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(bits() % static_cast<uint64_t>(high - low + 1));
}

std::vector<float> integers(Random& random, size_t count, int64_t terms) {
  // With |a| <= 4 on both sides: 16 x 64 non-zero products sum to at most 1024, which leaves room for bias
  // and residual.
  const double density = std::min(1.0, std::sqrt(64.0 / static_cast<double>(std::max<int64_t>(terms, 1))));
  std::vector<float> values(count);
  for (float& v : values)
    if (random.uniform() < density) v = static_cast<float>(random.integer(-4, 4));
  return values;
}

std::vector<float> normals(Random& random, size_t count, double scale, double mean) {
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(mean + scale * random.normal());
  return values;
}

}  // namespace fxe::test
