// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

// The rules of the method, stated once, as scalar functions for host and device; every implementation of the
// tail calls them. Members run in order k = 1..N; after member k the state of an image ("row") is the running
// mean m over the members that could score it.
#ifdef __CUDACC__
#define FXE_HOST_DEVICE __host__ __device__ inline
#else
#define FXE_HOST_DEVICE inline
#endif

namespace fxe {

enum class Combine : int32_t { logits, probabilities };  // what is averaged: z / T, or softmax(z / T)
enum class Signal : int32_t { margin, raw_margin };      // top-2 difference of P, or of m before softmax

// If more than one holds, the worst is reported: failed, non_finite, deadline.
enum class RowStatus : int32_t {
  ok,
  non_finite,  // a member's output was not finite and was left out
  deadline,    // stopped because the next member would have ended too late
  failed,      // no member could score the row: no prediction
};

namespace tail {

// Classes order by (larger score, then lower index). NaN never occurs here: such rows have been left out.
struct Entry {
  float score;
  int32_t index;  // -1: none
};
FXE_HOST_DEVICE Entry no_entry() { return {-INFINITY, -1}; }
FXE_HOST_DEVICE bool before(Entry a, Entry b) {
  if (a.index < 0 || b.index < 0) return b.index < 0 && a.index >= 0;
  return a.score > b.score || (a.score == b.score && a.index < b.index);
}

struct Top2 {
  Entry first, second;
};
FXE_HOST_DEVICE Top2 no_top2() { return {no_entry(), no_entry()}; }
FXE_HOST_DEVICE Top2 insert(Top2 t, Entry e) {
  if (before(e, t.first)) return {e, t.first};
  if (before(e, t.second)) return {t.first, e};
  return t;
}
// For two sets that share no class.
FXE_HOST_DEVICE Top2 merge(Top2 a, Top2 b) { return insert(insert(a, b.first), b.second); }

// For z / T. False for NaN, infinities, and values so large that a difference of two of them would
// be infinite.
FXE_HOST_DEVICE bool is_finite(float x) { return std::fabs(x) <= 0x1p126f; }

FXE_HOST_DEVICE float tempered(float z, float temperature) { return z / temperature; }

// m += (x - m) * w / W, in fp32; W is the sum of weights of the members in the mean, this one included. A
// row's first member is copied exactly. Product and sum round separately, also on the device: same bits.
FXE_HOST_DEVICE float updated_mean(float m, float x, float w, float w_sum) {
#ifdef __CUDA_ARCH__
  const float mean = __fadd_rn(m, __fmul_rn(x - m, w / w_sum));
#else
  const float mean = m + (x - m) * (w / w_sum);
#endif
  return w == w_sum ? x : mean;
}

// P of the two best classes. `sum`: of exp(m_j - m_first) over all classes, at least 1.
struct Scores {
  float p1, p2;  // p2 is 0 with one class
};
FXE_HOST_DEVICE Scores softmax_scores(Top2 m, float sum) {
  return {1 / sum, m.second.index < 0 ? 0 : std::exp(m.second.score - m.first.score) / sum};
}
FXE_HOST_DEVICE Scores plain_scores(Top2 m) {
  return {m.first.score, m.second.index < 0 ? 0 : m.second.score};
}

// What is compared with the threshold. For one class: P[top1] (raw: its mean).
FXE_HOST_DEVICE float margin(Signal signal, Top2 m, Scores p) {
  if (signal == Signal::margin) return p.p1 - p.p2;
  return m.second.index < 0 ? m.first.score : m.first.score - m.second.score;
}

// The metareasoner's decision: strictly above, so that a threshold of 1 never stops a margin of 1.
FXE_HOST_DEVICE bool sure(float margin_k, float threshold_k) { return margin_k > threshold_k; }

// Whether the next member would end after the deadline. deadline_ns 0: none.
FXE_HOST_DEVICE bool too_late(uint64_t elapsed_ns, uint64_t next_member_ns, uint64_t deadline_ns) {
  return deadline_ns != 0 && elapsed_ns + next_member_ns > deadline_ns;
}

}  // namespace tail
}  // namespace fxe
