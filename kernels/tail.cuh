// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/batch_switch.cuh"
#include "kernels/last_block.cuh"
#include "kernels/reduce.cuh"
#include "kernels/simt.h"
#include "kernels/tail_compact.cuh"
#include "kernels/tail_cuda.h"
#include "kernels/tail_decision.h"

// The fused tail. A block holds one row and strides over its classes, each thread over the same ones in every
// pass, so that only reductions need a barrier.
namespace fxe {

inline constexpr unsigned kTailMaxThreads = 256;
inline constexpr unsigned kTailMaxWarps = kTailMaxThreads / kWarpSize;

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
  template <class F>
  __device__ void for_each_class(F f) const {
    for (int32_t j = static_cast<int32_t>(threadIdx.x); j < classes; j += static_cast<int32_t>(blockDim.x))
      f(j);
  }
};

struct TailUpdate {
  bool scored;
  tail::Top2 top;
  float sum;  // of exp(m_j - m_first)
};

__device__ inline tail::Top2 block_top2(tail::Top2 top) {
  FXE_SHARED(tail::Top2, partial, kTailMaxWarps);
  return block_reduce(
      top, tail::no_top2(), [](tail::Top2 a, tail::Top2 b) { return tail::merge(a, b); }, partial);
}

__device__ inline float block_sum(float sum) {
  FXE_SHARED(float, partial, kTailMaxWarps);
  return block_reduce(
      sum, 0.0f, [](float a, float b) { return a + b; }, partial);
}

__device__ inline float block_max(float value) {
  FXE_SHARED(float, partial, kTailMaxWarps);
  return block_reduce(
      value, -INFINITY, [](float a, float b) { return a > b ? a : b; }, partial);
}

// m <- mean of z / T. The best classes are known before m is written: a row that is not finite changes
// nothing.
__device__ inline TailUpdate average_logits(const TailRow& row) {
  bool finite = true;
  tail::Top2 top = tail::no_top2();
  row.for_each_class([&](int32_t j) {
    const float x = row.tempered(j);
    finite = finite && tail::is_finite(x);
    top = tail::insert(top, {row.updated(j, x), j});
  });
  if (!__syncthreads_and(finite)) return {false, top, 0};
  top = block_top2(top);
  float sum = 0;
  row.for_each_class([&](int32_t j) {
    const float m = row.updated(j, row.tempered(j));
    row.mean[j] = m;
    sum += std::exp(m - top.first.score);
  });
  return {true, top, block_sum(sum)};
}

// m <- mean of softmax(z / T).
__device__ inline TailUpdate average_probabilities(const TailRow& row) {
  bool finite = true;
  float largest = -INFINITY, sum = 0;
  row.for_each_class([&](int32_t j) {
    const float x = row.tempered(j);
    finite = finite && tail::is_finite(x);
    largest = x > largest ? x : largest;
  });
  tail::Top2 top = tail::no_top2();
  if (!__syncthreads_and(finite)) return {false, top, 0};
  largest = block_max(largest);
  row.for_each_class([&](int32_t j) { sum += std::exp(row.tempered(j) - largest); });
  sum = block_sum(sum);
  row.for_each_class([&](int32_t j) {
    const float m = row.updated(j, std::exp(row.tempered(j) - largest) / sum);
    row.mean[j] = m;
    top = tail::insert(top, {m, j});
  });
  return {true, block_top2(top), 0};
}

// Row r of the batch. In thread 0 true if its image goes on.
__device__ inline bool run_tail_row(const TailArguments& a, int32_t r) {
  const int32_t image = a.live[r];
  const TailStage stage = *a.stage_parameters;
  const float weight_sum = a.weight_sum[image] + stage.weight;
  const TailRow row{a.logits + static_cast<int64_t>(r) * a.classes,
                    a.mean + static_cast<int64_t>(image) * a.classes,
                    a.classes,
                    stage.temperature,
                    stage.weight,
                    weight_sum};
  const TailUpdate update = a.combine == Combine::logits ? average_logits(row) : average_probabilities(row);
  if (threadIdx.x != 0) return false;
  RowResult result = tail::result_so_far(a, image);
  if (update.scored) {
    a.weight_sum[image] = weight_sum;
    tail::score(a, update.top, update.sum, result);
  }
  const uint64_t elapsed_ns = a.deadline ? device_clock_ns() - a.deadline->start_ns : 0;
  const bool goes_on = tail::conclude(a, update.scored, elapsed_ns, result);
  a.results[image] = result;
  return goes_on;
}

// gridDim.x is the capacity; blocks past the live rows only count.
__global__ void __launch_bounds__(kTailMaxThreads)
    tail_kernel(TailArguments a, uint32_t* arrivals, const __grid_constant__ TailBranch branch) {
  const int32_t r = static_cast<int32_t>(blockIdx.x), count = *a.live_count;
  if (r < count) {
    const bool goes_on = run_tail_row(a, r);
    if (threadIdx.x == 0 && !goes_on) a.live[r] = -1;
  }
  if (!is_last_block(arrivals)) return;
  const int32_t survivors = compact_rows(a.live, count);
  if (threadIdx.x != 0) return;
  *a.live_count = survivors;
  if (branch.goes_on != 0) cudaGraphSetConditional(branch.goes_on, survivors > 0);
  set_batch(branch.batch, survivors);
}

}  // namespace fxe
