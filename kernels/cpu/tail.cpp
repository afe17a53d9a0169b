// SPDX-License-Identifier: Apache-2.0
#if defined(__GNUC__) && !defined(__clang__)
// Nothing reads floating-point exception flags; keeping them right would keep AVX2 code scalar. Same values.
#pragma GCC optimize("no-trapping-math")
#endif
#include <array>
#include <cmath>

#include "engine/clones_cpu.h"
#include "kernels/cpu/exp.h"
#include "kernels/tail/decision.h"

// Versions of functions (FXE_CPU_CLONES) agree bit for bit, because every sum has kLanes partial sums.
#define FXE_INLINE [[gnu::always_inline]] inline

namespace fxe {
namespace {

using tail::Top2;

constexpr int kLanes = 16;
template <class T>
using Lanes = std::array<T, kLanes>;

// Calls f(lane, j) for j = 0 .. classes - 1, lane = j mod kLanes: the inner loop is the one that
// is vectorised.
template <class F>
FXE_INLINE void for_each_class(int32_t classes, F f) {
  int32_t block = 0;
  for (; block + kLanes <= classes; block += kLanes)
    for (int32_t lane = 0; lane < kLanes; ++lane) f(static_cast<size_t>(lane), block + lane);
  for (int32_t lane = 0; block + lane < classes; ++lane) f(static_cast<size_t>(lane), block + lane);
}

FXE_INLINE float total(Lanes<float> sums) {
  for (size_t half = kLanes / 2; half > 0; half /= 2)
    for (size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  return sums[0];
}

// One member's row and the mean it goes into.
struct Row {
  int32_t classes;
  const float* z;
  float* mean;
  float temperature, weight, weight_sum;  // weight_sum: this member included

  FXE_INLINE float tempered(int32_t j) const { return tail::tempered(z[j], temperature); }
  FXE_INLINE float updated(int32_t j, float x) const {
    return tail::updated_mean(mean[j], x, weight, weight_sum);
  }
};

struct Scan {
  bool finite;
  float largest;
};

// Whether z / T is finite, and the largest value(j) if so.
template <class Value>
FXE_INLINE Scan scan(const Row& row, Value value) {
  Lanes<float> largest;
  Lanes<int32_t> bad{};
  largest.fill(-INFINITY);
  for_each_class(
      row.classes, [&](size_t lane, int32_t j) __attribute__((always_inline)) {
        const float v = value(j);
        bad[lane] |= tail::is_finite(row.tempered(j)) ? 0 : 1;
        largest[lane] = v > largest[lane] ? v : largest[lane];
      });
  Scan s{true, -INFINITY};
  for (size_t lane = 0; lane < kLanes; ++lane) {
    s.finite = s.finite && bad[lane] == 0;
    s.largest = largest[lane] > s.largest ? largest[lane] : s.largest;
  }
  return s;
}

// Top-2 of each lane. Classes come in ascending order, so only a strictly larger score displaces one.
struct TopLanes {
  Lanes<float> first, second;
  Lanes<int32_t> first_index, second_index;

  FXE_INLINE TopLanes() {
    first.fill(-INFINITY);
    second.fill(-INFINITY);
    first_index.fill(-1);
    second_index.fill(-1);
  }
  FXE_INLINE void insert(size_t lane, float score, int32_t j) {
    const bool is_first = score > first[lane], is_second = score > second[lane];
    const float rest = is_second ? score : second[lane];
    const int32_t rest_index = is_second ? j : second_index[lane];
    second[lane] = is_first ? first[lane] : rest;
    second_index[lane] = is_first ? first_index[lane] : rest_index;
    first[lane] = is_first ? score : first[lane];
    first_index[lane] = is_first ? j : first_index[lane];
  }
  Top2 merged() const {
    Top2 top = tail::no_top2();
    for (size_t lane = 0; lane < kLanes; ++lane)
      top = tail::merge(top, {{first[lane], first_index[lane]}, {second[lane], second_index[lane]}});
    return top;
  }
};

struct Update {
  bool scored = false;
  Top2 top = tail::no_top2();
  float sum = 1;
};

// m <- mean of z / T. The largest m is known before it is written, so two passes are enough.
FXE_CPU_CLONES Update average_logits(const Row& row) {
  const auto value = [&](int32_t j) __attribute__((always_inline)) {
    return row.updated(j, row.tempered(j));
  };
  const Scan found = scan(row, value);
  if (!found.finite) return {};
  TopLanes top;
  Lanes<float> sums{};
  for_each_class(
      row.classes, [&](size_t lane, int32_t j) __attribute__((always_inline)) {
        const float m = value(j);
        row.mean[j] = m;
        top.insert(lane, m, j);
        sums[lane] += exp_of_nonpositive(m - found.largest);
      });
  return {true, top.merged(), total(sums)};
}

// m <- mean of softmax(z / T).
FXE_CPU_CLONES Update average_probabilities(const Row& row) {
  const Scan found = scan(
      row, [&](int32_t j) __attribute__((always_inline)) { return row.tempered(j); });
  if (!found.finite) return {};
  const auto power = [&](int32_t j) __attribute__((always_inline)) {
    return exp_of_nonpositive(row.tempered(j) - found.largest);
  };
  Lanes<float> sums{};
  for_each_class(
      row.classes, [&](size_t lane, int32_t j) __attribute__((always_inline)) { sums[lane] += power(j); });
  const float sum = total(sums);
  TopLanes top;
  for_each_class(
      row.classes, [&](size_t lane, int32_t j) __attribute__((always_inline)) {
        const float m = row.updated(j, power(j) / sum);
        row.mean[j] = m;
        top.insert(lane, m, j);
      });
  return {true, top.merged(), 1};
}

// True: the image goes on.
bool run_row(const TailArguments& a, uint64_t elapsed_ns, int32_t r) {
  const int32_t image = a.live[r];
  const TailStage& stage = *a.stage_parameters;
  const float weight_sum = a.weight_sum[image] + stage.weight;
  const Row row{a.classes,
                a.logits + static_cast<ptrdiff_t>(r) * a.classes,
                a.mean + static_cast<ptrdiff_t>(image) * a.classes,
                stage.temperature,
                stage.weight,
                weight_sum};
  const Update update = a.combine == Combine::logits ? average_logits(row) : average_probabilities(row);
  RowResult result = tail::result_so_far(a, image);
  if (update.scored) {
    a.weight_sum[image] = weight_sum;
    tail::score(a, update.top, update.sum, result);
  }
  const bool goes_on = tail::conclude(a, update.scored, elapsed_ns, result);
  a.results[image] = result;
  return goes_on;
}

}  // namespace

void run_tail_cpu(const TailArguments& a, uint64_t elapsed_ns) {
  int32_t survivors = 0;
  for (int32_t r = 0; r < *a.live_count; ++r)
    if (run_row(a, elapsed_ns, r)) a.live[survivors++] = a.live[r];
  *a.live_count = survivors;
  if (a.times_ns) a.times_ns[1 + a.stage] = elapsed_ns;
}

}  // namespace fxe
