// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/maximum.h"

#include "kernels/cpu/avx512.h"

#if defined(__x86_64__)
#include <limits>

namespace fxe {

namespace {

constexpr int kVector = 16;

// kVectors * 16 channels from c on; in the last vector only those in `mask`.
template <int kVectors>
FXE_AVX512_INLINE void channels(const PixelsCpu& p, int64_t c, __mmask16 mask, float* y) {
  const auto of = [mask](int v) { return v + 1 == kVectors ? mask : __mmask16{0xffff}; };
  __m512 most[kVectors];
  __mmask16 has_nan[kVectors] = {};
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) most[v] = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
  for (int64_t i = 0; i < p.rows; ++i) {
    const float* pixel = p.x + ((p.first_row + i) & p.row_mask) * p.step_h + c;
    for (int64_t j = 0; j < p.columns; ++j, pixel += p.step_w)
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const __m512 x = _mm512_maskz_loadu_ps(of(v), pixel + v * kVector);
        // maxps may drop a NaN, so channels that had one are tracked separately.
        has_nan[v] |= _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
        most[v] = _mm512_max_ps(most[v], x);
      }
  }
  const __m512 nan = _mm512_set1_ps(std::numeric_limits<float>::quiet_NaN());
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v)
    _mm512_mask_storeu_ps(y + c + v * kVector, of(v), _mm512_mask_mov_ps(most[v], has_nan[v], nan));
}

}  // namespace

FXE_AVX512 void maximum_of_pixels(const PixelsCpu& p, float* y) {
  int64_t c = 0;
  for (; c + 4 * kVector <= p.channels; c += 4 * kVector) channels<4>(p, c, 0xffff, y);
  for (; c < p.channels; c += kVector) {
    const int64_t left = p.channels - c;
    channels<1>(p, c, static_cast<__mmask16>(left >= kVector ? 0xffff : (1 << left) - 1), y);
  }
}

}  // namespace fxe

#else

namespace fxe {
void maximum_of_pixels(const PixelsCpu&, float*) {}
}  // namespace fxe

#endif
