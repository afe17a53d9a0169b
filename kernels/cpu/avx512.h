// SPDX-License-Identifier: Apache-2.0
#pragma once

// For kernel files whose functions are compiled for AVX-512 one by one, and called only
// where dot_tile_works().
#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own AVX-512 headers build "undefined" operands from uninitialised variables
// (gcc.gnu.org/PR105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#define FXE_AVX512 [[gnu::target("avx512f")]]
#define FXE_AVX512_INLINE [[gnu::target("avx512f"), gnu::always_inline]] inline
#endif
