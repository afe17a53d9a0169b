// SPDX-License-Identifier: Apache-2.0
#if defined(__GNUC__) && !defined(__clang__)
// As in kernels/cpu/tail.cpp: without it, comparisons stay scalar. Same values.
#pragma GCC optimize("no-trapping-math")
#endif
#include "metareasoner/store/row_scan.h"

#include <array>
#include <cmath>

#include "engine/clones_cpu.h"
#include "kernels/cpu/exp.h"

namespace fxe {

namespace {

constexpr size_t kLanes = 16;

}  // namespace

FXE_CPU_CLONES int32_t classes_ahead(std::span<const float> scores, int32_t own) {
  const float* s = scores.data();
  const float mine = s[own];
  const auto n = static_cast<int32_t>(scores.size());
  int32_t ahead = 0;
  for (int32_t j = 0; j < own; ++j) ahead += s[j] >= mine;
  for (int32_t j = own + 1; j < n; ++j) ahead += s[j] > mine;
  return ahead;
}

FXE_CPU_CLONES static float largest_of(const float* s, size_t n) {
  std::array<float, kLanes> largest;
  largest.fill(-INFINITY);
  size_t block = 0;
  for (; block + kLanes <= n; block += kLanes)
    for (size_t lane = 0; lane < kLanes; ++lane)
      largest[lane] = s[block + lane] > largest[lane] ? s[block + lane] : largest[lane];
  float most = -INFINITY;
  for (; block < n; ++block) most = s[block] > most ? s[block] : most;
  for (const float v : largest) most = v > most ? v : most;
  return most;
}

float largest_but(std::span<const float> scores, int32_t best) {
  const auto b = static_cast<size_t>(best);
  return std::max(largest_of(scores.data(), b), largest_of(scores.data() + b + 1, scores.size() - b - 1));
}

int32_t largest_class(std::span<const float> scores) {
  const float most = largest_of(scores.data(), scores.size());
  for (size_t j = 0; j < scores.size(); ++j)
    if (scores[j] == most) return static_cast<int32_t>(j);
  return -1;
}

FXE_CPU_CLONES float entropy_of_logits(std::span<const float> m, float m_best, float p_best) {
  const float* s = m.data();
  const size_t n = m.size();
  std::array<float, kLanes> sums{};
  size_t block = 0;
  for (; block + kLanes <= n; block += kLanes)
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float d = s[block + lane] - m_best;
      sums[lane] += exp_of_nonpositive(d) * d;
    }
  double sum = 0;
  for (; block < n; ++block) {
    const float d = s[block] - m_best;
    sum += static_cast<double>(exp_of_nonpositive(d) * d);
  }
  for (const float v : sums) sum += static_cast<double>(v);
  // log P_j = d_j + log P_best
  const auto p = static_cast<double>(p_best);
  return static_cast<float>(-std::log(p) - p * sum);
}

float entropy_of_probabilities(std::span<const float> p) {
  double sum = 0;
  for (const float v : p)
    if (v > 0) sum -= static_cast<double>(v) * std::log(static_cast<double>(v));
  return static_cast<float>(sum);
}

}  // namespace fxe
