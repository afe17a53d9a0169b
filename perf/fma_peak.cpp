// SPDX-License-Identifier: Apache-2.0
// How fast one core multiplies and adds in fp32 with everything in registers: the roof over convolutions.
//   fma_peak        greatest and median GFLOP/s of 21 runs of some 40 ms
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace {

// A vector of the width that this function is compiled for, as GCC and clang spell it.
using Vector = float __attribute__((vector_size(64)));
constexpr int kChains = 24;  // more than a core needs to hide the latency of each

#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2,fma", "default"), optimize("fp-contract=fast")))
#endif
float multiply_add(int64_t rounds) {
  Vector sums[kChains], factor, term;
  for (int lane = 0; lane < 16; ++lane) factor[lane] = 0.999f, term[lane] = 1e-6f;
  for (int i = 0; i < kChains; ++i) sums[i] = term * static_cast<float>(i);
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 24
    for (int i = 0; i < kChains; ++i) sums[i] = sums[i] * factor + term;
  }
  float total = 0;
  for (const Vector& v : sums)
    for (int lane = 0; lane < 16; ++lane) total += v[lane];
  return total;
}

}  // namespace

int main() {
  constexpr int64_t kRounds = 10'000'000;
  std::vector<double> gflops;
  float result = 0;
  for (int run = 0; run < 21; ++run) {
    const auto start = std::chrono::steady_clock::now();
    result += multiply_add(kRounds);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    gflops.push_back(2.0 * 16 * kChains * kRounds / seconds.count() * 1e-9);
  }
  if (std::isnan(result)) return 1;  // never: but then it has to be computed
  std::ranges::sort(gflops);
  fmt::print("one core, fp32 multiply-add in registers: greatest {:.1f}, median {:.1f} GFLOP/s\n",
             gflops.back(), gflops[gflops.size() / 2]);
}
