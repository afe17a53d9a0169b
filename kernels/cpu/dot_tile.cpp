// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/dot_tile.h"

#include "kernels/cpu/avx512.h"

#if defined(__x86_64__)
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace fxe {

namespace {

constexpr int kVector = 16;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int kMostVectors = kDotTileColumns / kVector;
// As many sums as leave registers for a row of the panel and an input.
constexpr int rows_at_once(int vectors) { return vectors <= 2 ? 12 : 24 / vectors; }

// Loads one row of the panel. Returns where the next one is.
template <bool kBf16, int kVectors>
FXE_AVX512_INLINE const char* load_weights(const char* w, __m512 (&b)[kVectors]) {
  if constexpr (!kBf16) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) b[v] = _mm512_load_ps(w + v * 64);
    return w + kVectors * 64;
  }
#pragma GCC unroll 4
  for (int v = 0; v + 1 < kVectors; v += 2) {
    const __m512i pair = _mm512_loadu_si512(w + v * 32);
    b[v] = _mm512_castsi512_ps(_mm512_slli_epi32(pair, 16));
    b[v + 1] = _mm512_castsi512_ps(_mm512_and_epi32(pair, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
  }
  if constexpr (kVectors % 2 == 1) {
    const auto* const half = reinterpret_cast<const __m256i*>(w + (kVectors - 1) * 32);
    b[kVectors - 1] =
        _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(half)), 16));
  }
  return w + kVectors * 32;
}

template <bool kBf16, int kVectors, int kRows>
FXE_AVX512_INLINE void multiply_add(const float* const (&x)[kRows], int64_t i, const char*& w,
                                    __m512 (&sum)[kRows][kVectors]) {
  __m512 b[kVectors];
  w = load_weights<kBf16>(w, b);
#pragma GCC unroll 12
  for (int j = 0; j < kRows; ++j) {
    const __m512 a = _mm512_set1_ps(x[j][i]);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sum[j][v] = _mm512_fmadd_ps(a, b[v], sum[j][v]);
  }
}

// Prefetches the cache lines of a piece of memory, a few per call.
class Ahead {
 public:
  Ahead(const DotTileCpu& t, int parts) : at_(static_cast<const char*>(t.next)), end_(at_ + t.next_bytes) {
    const int64_t calls = std::max<int64_t>(t.taps * (t.run / 4) * parts, 1);
    lines_ = static_cast<int>((t.next_bytes / 64 + calls - 1) / calls);
  }
  [[gnu::always_inline]] void ask() {
    for (int i = 0; i < lines_ && at_ < end_; ++i, at_ += 64) _mm_prefetch(at_, _MM_HINT_T1);
  }

 private:
  const char *at_, *end_;
  int lines_;
};

// Rows first to first + kRows - 1.
template <bool kBf16, int kVectors, int kRows>
FXE_AVX512 void rows(const DotTileCpu& t, int first, Ahead& ahead) {
  const auto mask_of = [&](int v) {
    const int columns = t.columns - v * kVector;
    return static_cast<__mmask16>(columns >= kVector ? 0xffff : (1 << columns) - 1);
  };
  __m512 sum[kRows][kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const __m512 bias = _mm512_loadu_ps(t.bias + v * kVector);
#pragma GCC unroll 12
    for (int j = 0; j < kRows; ++j)
      sum[j][v] =
          t.continues ? _mm512_maskz_loadu_ps(mask_of(v), t.y + (first + j) * t.y_step + v * kVector) : bias;
  }

  const char* w = static_cast<const char*>(t.weights);
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const float* x[kRows];
#pragma GCC unroll 12
    for (int j = 0; j < kRows; ++j) x[j] = t.x[tap * t.rows + first + j];
    int64_t i = 0;
    for (; i + 4 <= t.run; i += 4) {
      ahead.ask();
#pragma GCC unroll 4
      for (int u = 0; u < 4; ++u) multiply_add<kBf16>(x, i + u, w, sum);
    }
    for (; i < t.run; ++i) multiply_add<kBf16>(x, i, w, sum);
  }

  // maxps and minps return their second operand if one is NaN.
  const bool clips = t.low > -kInfinity || t.high < kInfinity;
  const __m512 low = _mm512_set1_ps(t.low), high = _mm512_set1_ps(t.high);
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const __mmask16 mask = mask_of(v);
    const int64_t at = first * t.y_step + v * kVector;
    if (t.residual) {
#pragma GCC unroll 12
      for (int j = 0; j < kRows; ++j)
        sum[j][v] = _mm512_add_ps(sum[j][v], _mm512_maskz_loadu_ps(mask, t.residual + at + j * t.y_step));
    }
    if (clips) {
#pragma GCC unroll 12
      for (int j = 0; j < kRows; ++j) sum[j][v] = _mm512_min_ps(high, _mm512_max_ps(low, sum[j][v]));
    }
#pragma GCC unroll 12
    for (int j = 0; j < kRows; ++j) _mm512_mask_storeu_ps(t.y + at + j * t.y_step, mask, sum[j][v]);
  }
}

using Rows = void (*)(const DotTileCpu&, int first, Ahead&);

// By number of rows, minus one.
template <bool kBf16, int kVectors, int... kBelow>
constexpr std::array<Rows, kDotTileRows> row_counts(std::integer_sequence<int, kBelow...>) {
  return {rows<kBf16, kVectors, kBelow + 1>...};
}

// By number of vectors, minus one.
template <bool kBf16, int... kBelow>
constexpr std::array<std::array<Rows, kDotTileRows>, kMostVectors> widths(
    std::integer_sequence<int, kBelow...>) {
  return {row_counts<kBf16, kBelow + 1>(std::make_integer_sequence<int, rows_at_once(kBelow + 1)>())...};
}

constexpr auto kWidths = std::make_integer_sequence<int, kMostVectors>();
constexpr std::array<std::array<Rows, kDotTileRows>, kMostVectors> kRows[] = {widths<false>(kWidths),
                                                                              widths<true>(kWidths)};

}  // namespace

bool dot_tile_works() { return __builtin_cpu_supports("avx512f"); }

// Rows that exceed one pass are halved: 12 with four vectors become 6 and 6, 7 become 4 and 3.
void dot_tile(const DotTileCpu& t) {
  const int vectors = panel_columns(t.columns) / kVector;
  const int parts = (t.rows + rows_at_once(vectors) - 1) / rows_at_once(vectors);
  Ahead ahead(t, parts);
  for (int part = 0, first = 0; part < parts; ++part) {
    const int last = t.rows * (part + 1) / parts;
    kRows[t.bf16_weights][static_cast<size_t>(vectors - 1)][static_cast<size_t>(last - first - 1)](t, first,
                                                                                                   ahead);
    first = last;
  }
}

}  // namespace fxe

#else

namespace fxe {

bool dot_tile_works() { return false; }
void dot_tile(const DotTileCpu&) {}

}  // namespace fxe

#endif
