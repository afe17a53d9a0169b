// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/interleave.h"

#include "kernels/cpu/avx512.h"

#if defined(__x86_64__)
namespace fxe {

namespace {

// Where the floats of one third of 16 pixels come from. pair: 0 to 15 from the first row, 16 to 31 from the
// second, anything in the third row's places; third: 0 to 15 unchanged, 16 to 31 from the third row.
struct Third {
  alignas(64) int32_t pair[16], third[16];
};

constexpr Third third(int which) {
  Third t{};
  for (int i = 0; i < 16; ++i) {
    const int pixel = (16 * which + i) / 3, channel = (16 * which + i) % 3;
    t.pair[i] = channel < 2 ? 16 * channel + pixel : 0;
    t.third[i] = channel < 2 ? i : 16 + pixel;
  }
  return t;
}

constexpr Third kThirds[] = {third(0), third(1), third(2)};

}  // namespace

FXE_AVX512 void interleave_three(const float* x, int64_t step, int64_t count, float* to) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m512 a = _mm512_loadu_ps(x + i), b = _mm512_loadu_ps(x + step + i),
                 c = _mm512_loadu_ps(x + 2 * step + i);
    for (int t = 0; t < 3; ++t) {
      const __m512 pair = _mm512_permutex2var_ps(a, _mm512_load_si512(kThirds[t].pair), b);
      _mm512_storeu_ps(to + 3 * i + 16 * t,
                       _mm512_permutex2var_ps(pair, _mm512_load_si512(kThirds[t].third), c));
    }
  }
  for (; i < count; ++i)
    for (int64_t c = 0; c < 3; ++c) to[3 * i + c] = x[c * step + i];
}

}  // namespace fxe

#else

namespace fxe {
void interleave_three(const float*, int64_t, int64_t, float*) {}
}  // namespace fxe

#endif
