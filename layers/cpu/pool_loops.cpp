// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/pool_loops.h"

#include <algorithm>

#include "kernels/cpu/maximum.h"
#include "layers/cpu/direct_conv.h"
#include "layers/cpu/parallel.h"

namespace fxe::cpu {

namespace {

struct Maximum {
  static void first(float& y, float x) { y = x; }
  static void next(float& y, float x) { y = ((x > y) | (x != x)) ? x : y; }
};

struct Sum {
  static void first(float& y, float x) { y = x; }
  static void next(float& y, float x) { y += x; }
};

// Rows or columns of x under one window: [begin, end), and how many of them count in an average.
struct Window {
  int64_t begin, end, counted;
};

Window window(int64_t index, int64_t stride, int64_t filter, int64_t before, int64_t after, int64_t size,
              bool count_padding) {
  const int64_t start = index * stride - before;
  const int64_t begin = std::max<int64_t>(start, 0), end = std::min(start + filter, size);
  return {begin, end, count_padding ? std::min(start + filter, size + after) - start : end - begin};
}

// One window over `lanes` channels; kLanes is their number if it is known, so that they stay in registers.
template <class Reduce, int kLanes>
inline void pool_window(const Blocks& b, const float* x, Window rows, Window columns, float* y) {
  const int64_t lanes = kLanes ? kLanes : b.lanes;
  float local[kLanes ? kLanes : 1];
  float* const acc = kLanes ? local : y;
  for (int64_t i = 0; i < lanes; ++i)
    Reduce::first(acc[i], x[rows.begin * b.step_h + columns.begin * b.step_w + i]);
  for (int64_t h = rows.begin; h < rows.end; ++h)
    for (int64_t w = columns.begin + (h == rows.begin); w < columns.end; ++w) {
      const float* const at = x + h * b.step_h + w * b.step_w;
      for (int64_t i = 0; i < lanes; ++i) Reduce::next(acc[i], at[i]);
    }
  if constexpr (std::is_same_v<Reduce, Sum>) {
    const auto count = static_cast<float>(rows.counted * columns.counted);
    for (int64_t i = 0; i < lanes; ++i) acc[i] /= count;
  }
  if (kLanes)
    for (int64_t i = 0; i < lanes; ++i) y[i] = acc[i];
}

template <class Reduce, int kLanes>
void pool(const Pool2d& op, const Blocks& bx, const Blocks& by, std::span<float* const> operands) {
  const int64_t reads = floats_of(by) * op.filter.h * op.filter.w;
  parallel_rows(by, reads, [&](int64_t n, int64_t block, int64_t p) {
    const float* const x = operands[0] + n * bx.step_n + block * bx.step_block;
    float* const y = operands[1] + n * by.step_n + block * by.step_block + p * by.step_h;
    const Window rows =
        window(p, op.stride.h, op.filter.h, op.pad.top, op.pad.bottom, bx.h, op.count_padding);
    for (int64_t q = 0; q < by.w; ++q)
      pool_window<Reduce, kLanes>(
          bx, x, rows, window(q, op.stride.w, op.filter.w, op.pad.left, op.pad.right, bx.w, op.count_padding),
          y + q * by.step_w);
  });
}

template <class Reduce>
Loop loop_for(const Pool2d& op, const Blocks& x, const Blocks& y) {
  const auto run = x.lanes == 8 ? pool<Reduce, 8> : x.lanes == 16 ? pool<Reduce, 16> : pool<Reduce, 0>;
  return [=](std::span<float* const> operands) { run(op, x, y, operands); };
}

}  // namespace

void maximum_of_rows(const Pool2d& op, const Blocks& bx, const Blocks& by, RowsAt<const float> x,
                     RowsAt<float> y, int64_t first, int64_t last) {
  for (int64_t i = first; i < last; ++i) {
    const int64_t n = i / by.h, p = i % by.h;
    const Window rows = window(p, op.stride.h, op.filter.h, op.pad.top, op.pad.bottom, bx.h, false);
    for (int64_t q = 0; q < by.w; ++q) {
      const Window columns = window(q, op.stride.w, op.filter.w, op.pad.left, op.pad.right, bx.w, false);
      maximum_of_pixels({.x = x.at + columns.begin * bx.step_w,
                         .first_row = n * bx.h + rows.begin,
                         .rows = rows.end - rows.begin,
                         .row_mask = x.mask,
                         .columns = columns.end - columns.begin,
                         .step_h = bx.step_h,
                         .step_w = bx.step_w,
                         .channels = bx.channels},
                        y.at + (i & y.mask) * by.step_h + q * by.step_w);
    }
  }
}

Loop pool_loop(const Pool2d& op, const Blocks& x, const Blocks& y) {
  const bool rows_follow = x.step_n == x.h * x.step_h && y.step_n == y.h * y.step_h;
  if (op.kind == Pool2d::Kind::max && x.blocks == 1 && rows_follow && DirectConv::works())
    return [=](std::span<float* const> operands) {
      parallel_for(y.n * y.h, floats_of(y) * op.filter.h * op.filter.w,
                   [&](int64_t i) { maximum_of_rows(op, x, y, {operands[0]}, {operands[1]}, i, i + 1); });
    };
  return op.kind == Pool2d::Kind::max ? loop_for<Maximum>(op, x, y) : loop_for<Sum>(op, x, y);
}

}  // namespace fxe::cpu
