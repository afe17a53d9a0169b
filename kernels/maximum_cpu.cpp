// SPDX-License-Identifier: Apache-2.0
#include "kernels/maximum_cpu.h"

#include "kernels/avx512_cpu.h"

#if defined(__x86_64__)
namespace fxe {

FXE_AVX512 void maximum_of_pixels(const float* x, int64_t rows, int64_t columns, int64_t step_h,
                                  int64_t step_w, int64_t channels, float* y) {
  constexpr int64_t kVector = 16;
  for (int64_t c = 0; c < channels; c += kVector) {
    const auto mask = static_cast<__mmask16>(channels - c >= kVector ? 0xffff : (1 << (channels - c)) - 1);
    __m512 most = _mm512_maskz_loadu_ps(mask, x + c);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j) {
        const __m512 v = _mm512_maskz_loadu_ps(mask, x + i * step_h + j * step_w + c);
        // maxps gives v where one of the two is NaN; a NaN that was there stays.
        const __mmask16 was_nan = _mm512_cmp_ps_mask(most, most, _CMP_UNORD_Q);
        most = _mm512_mask_mov_ps(_mm512_max_ps(most, v), was_nan, most);
      }
    _mm512_mask_storeu_ps(y + c, mask, most);
  }
}

}  // namespace fxe

#else

namespace fxe {
void maximum_of_pixels(const float*, int64_t, int64_t, int64_t, int64_t, int64_t, float*) {}
}  // namespace fxe

#endif
