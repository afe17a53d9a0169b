// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compiles a function once per instruction set; the version is chosen when the program starts. Versions agree
// bit for bit if sums use a fixed number of partial sums and contraction is off. ThreadSanitizer cannot start
// with the resolver; clang spells this differently.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define FXE_CPU_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FXE_CPU_CLONES
#endif
