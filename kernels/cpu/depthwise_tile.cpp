// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/depthwise_tile.h"

#include "kernels/cpu/avx512.h"

#if defined(__x86_64__)
namespace fxe {

namespace {

constexpr int kVector = 16;

// kVectors * 16 channels from `first` on; in the last vector only those in `mask`.
template <int kRows, int kVectors>
FXE_AVX512_INLINE void channels(const DepthwiseTileCpu& t, int64_t first, __mmask16 mask) {
  const auto of = [mask](int v) { return v + 1 == kVectors ? mask : __mmask16{0xffff}; };
  __m512 sum[kRows][kVectors];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) {
    const __m512 bias = _mm512_maskz_loadu_ps(of(v), t.bias + first + v * kVector);
#pragma GCC unroll 6
    for (int j = 0; j < kRows; ++j) sum[j][v] = bias;
  }
  for (int64_t tap = 0; tap < t.taps; ++tap)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const int64_t at = first + v * kVector;
      const __m512 w = _mm512_maskz_loadu_ps(of(v), t.weights + tap * t.channels + at);
#pragma GCC unroll 6
      for (int j = 0; j < kRows; ++j)
        sum[j][v] = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(of(v), t.x[tap * kRows + j] + at), w, sum[j][v]);
    }
  // maxps and minps return their second operand if one is NaN.
  const __m512 low = _mm512_set1_ps(t.low), high = _mm512_set1_ps(t.high);
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v)
#pragma GCC unroll 6
    for (int j = 0; j < kRows; ++j)
      _mm512_mask_storeu_ps(t.y + j * t.channels + first + v * kVector, of(v),
                            _mm512_min_ps(high, _mm512_max_ps(low, sum[j][v])));
}

template <int kRows>
FXE_AVX512 void tile(const DepthwiseTileCpu& t) {
  int64_t first = 0;
  for (; first + 2 * kVector <= t.channels; first += 2 * kVector) channels<kRows, 2>(t, first, 0xffff);
  for (; first < t.channels; first += kVector) {
    const int64_t left = t.channels - first;
    channels<kRows, 1>(t, first, static_cast<__mmask16>(left >= kVector ? 0xffff : (1 << left) - 1));
  }
}

constexpr void (*kTiles[kDepthwiseTileRows])(const DepthwiseTileCpu&) = {tile<1>, tile<2>, tile<3>,
                                                                         tile<4>, tile<5>, tile<6>};

}  // namespace

void depthwise_tile(const DepthwiseTileCpu& t) { kTiles[t.rows - 1](t); }

}  // namespace fxe

#else

namespace fxe {
void depthwise_tile(const DepthwiseTileCpu&) {}
}  // namespace fxe

#endif
