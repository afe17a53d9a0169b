// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

#include "layers/cpu/layout.h"

namespace fxe::cpu {

// f(i) for i in [0, count), on the threads of OpenMP where `floats`, what all of it reads and writes, is
// worth waking them; else here, without OpenMP: it would allocate a team of one for every loop.
template <class F>
void parallel_for(int64_t count, int64_t floats, const F& f) {
  constexpr int64_t kWorthWaking = 1 << 14;  // a few microseconds of work, as much as waking takes
  if (count == 1 || floats < kWorthWaking || omp_get_max_threads() == 1) {
    for (int64_t i = 0; i < count; ++i) f(i);
    return;
  }
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) f(i);
}

// f(begin, end) over pieces of [0, count).
template <class F>
void parallel_pieces(size_t count, const F& f) {
  constexpr size_t kPiece = 1 << 12;
  parallel_for(static_cast<int64_t>((count + kPiece - 1) / kPiece), static_cast<int64_t>(2 * count),
               [&](int64_t i) {
                 const size_t begin = static_cast<size_t>(i) * kPiece;
                 f(begin, std::min(begin + kPiece, count));
               });
}

// f(n, block, h) over the rows of a value.
template <class F>
void parallel_rows(const Blocks& b, int64_t floats, const F& f) {
  parallel_for(b.n * b.blocks * b.h, floats,
               [&](int64_t i) { f(i / (b.h * b.blocks), i / b.h % b.blocks, i % b.h); });
}

inline int64_t floats_of(const Blocks& b) { return b.n * b.blocks * b.h * b.w * b.lanes; }

}  // namespace fxe::cpu
