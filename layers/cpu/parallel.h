// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "layers/cpu/layout.h"
#include "layers/cpu/thread_scope.h"

namespace fxe::cpu {

// Runs f(i) for i in [0, count): on the workers of the current step if `floats`, all that it reads and
// writes, is worth waking them, and otherwise on this thread.
template <class F>
void parallel_for(int64_t count, int64_t floats, const F& f) {
  constexpr int64_t kWorthWaking = 1 << 14;  // a few microseconds of work, about what waking takes
  if (Workers* const workers = ThreadScope::workers(); workers && floats >= kWorthWaking) {
    // One piece per few thousand floats, so that handing pieces out costs nothing.
    const int64_t pieces = std::min(count, floats / (kWorthWaking / 4));
    return workers->run(pieces, [&](int64_t piece) {
      for (int64_t i = count * piece / pieces; i < count * (piece + 1) / pieces; ++i) f(i);
    });
  }
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
