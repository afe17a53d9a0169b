// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/simt.h"
#include "kernels/tail/decision.h"
#include "kernels/team.cuh"

// The tail of one row, by a team of threads. In every pass each thread strides over the same classes, so that
// only reductions need the others.
namespace fxe {

// One member's row and the mean it goes into.
struct TailRow {
  const float* z;
  float* mean;
  int32_t classes;
  float temperature, weight, weight_sum;  // weight_sum: this member included

  __device__ float tempered(int32_t j) const { return tail::tempered(z[j], temperature); }
  __device__ float updated(int32_t j, float x) const {
    return tail::updated_mean(mean[j], x, weight, weight_sum);
  }
  template <class Team, class F>
  __device__ void for_each_class(Team, F f) const {
    for (int32_t j = Team::rank(); j < classes; j += Team::size()) f(j);
  }
};

struct TailUpdate {
  bool scored;
  tail::Top2 top;
  float sum;  // of exp(m_j - m_first)
};

struct MergeTop2 {
  __device__ tail::Top2 operator()(tail::Top2 a, tail::Top2 b) const { return tail::merge(a, b); }
};
struct Sum {
  __device__ float operator()(float a, float b) const { return a + b; }
};
struct Largest {
  __device__ float operator()(float a, float b) const { return a > b ? a : b; }
};

// m <- mean of z / T. The best classes are known before m is written, so a row that is not finite
// changes nothing.
template <class Team>
__device__ TailUpdate average_logits(const TailRow& row, Team team) {
  bool finite = true;
  tail::Top2 top = tail::no_top2();
  row.for_each_class(team, [&](int32_t j) {
    const float x = row.tempered(j);
    finite = finite && tail::is_finite(x);
    top = tail::insert(top, {row.updated(j, x), j});
  });
  if (!team.all(finite)) return {false, top, 0};
  top = team.reduce(top, tail::no_top2(), MergeTop2{});
  float sum = 0;
  row.for_each_class(team, [&](int32_t j) {
    const float m = row.updated(j, row.tempered(j));
    row.mean[j] = m;
    sum += std::exp(m - top.first.score);
  });
  return {true, top, team.reduce(sum, 0.0f, Sum{})};
}

// m <- mean of softmax(z / T).
template <class Team>
__device__ TailUpdate average_probabilities(const TailRow& row, Team team) {
  bool finite = true;
  float largest = -INFINITY, sum = 0;
  row.for_each_class(team, [&](int32_t j) {
    const float x = row.tempered(j);
    finite = finite && tail::is_finite(x);
    largest = x > largest ? x : largest;
  });
  tail::Top2 top = tail::no_top2();
  if (!team.all(finite)) return {false, top, 0};
  largest = team.reduce(largest, -INFINITY, Largest{});
  row.for_each_class(team, [&](int32_t j) { sum += std::exp(row.tempered(j) - largest); });
  sum = team.reduce(sum, 0.0f, Sum{});
  row.for_each_class(team, [&](int32_t j) {
    const float m = row.updated(j, std::exp(row.tempered(j) - largest) / sum);
    row.mean[j] = m;
    top = tail::insert(top, {m, j});
  });
  return {true, team.reduce(top, tail::no_top2(), MergeTop2{}), 0};
}

// Row r of the batch; its place in `live` becomes -1 if its image stops.
template <class Team>
__device__ void run_tail_row(const TailArguments& a, int32_t r, Team team) {
  const int32_t image = a.live[r];
  const TailStage stage = *a.stage_parameters;
  const float weight_sum = a.weight_sum[image] + stage.weight;
  const TailRow row{a.logits + static_cast<int64_t>(r) * a.classes,
                    a.mean + static_cast<int64_t>(image) * a.classes,
                    a.classes,
                    stage.temperature,
                    stage.weight,
                    weight_sum};
  const TailUpdate update =
      a.combine == Combine::logits ? average_logits(row, team) : average_probabilities(row, team);
  if (Team::rank() != 0) return;
  RowResult result = tail::result_so_far(a, image);
  if (update.scored) {
    a.weight_sum[image] = weight_sum;
    tail::score(a, update.top, update.sum, result);
  }
  const uint64_t elapsed_ns = a.deadline ? device_clock_ns() - a.deadline->start_ns : 0;
  const bool goes_on = tail::conclude(a, update.scored, elapsed_ns, result);
  a.results[image] = result;
  if (!goes_on) a.live[r] = -1;
}

}  // namespace fxe
