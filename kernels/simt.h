// SPDX-License-Identifier: Apache-2.0
#pragma once

// Replacements for plain CUDA in kernel sources wherever the host compiler needs help: the same text is
// compiled by nvcc for the device and, in tests/kernels, by g++ against a SIMT shim that provides the rest of
// CUDA's keywords and intrinsics.
#if defined(__CUDACC__)

#include <cstdint>

// T name[count], one per block, uninitialised. T has no constructor.
#define FXE_SHARED(T, name, count) __shared__ T name[count]
// T* name: the launch's dynamic shared memory, aligned to 16 bytes.
#define FXE_DYNAMIC_SHARED(T, name)                                   \
  extern __shared__ __align__(16) unsigned char fxe_dynamic_shared[]; \
  T* name = reinterpret_cast<T*>(fxe_dynamic_shared)

// Before a loop: unrolls it this many times, so that the loads overlap.
#define FXE_PRAGMA(text) _Pragma(#text)
#define FXE_UNROLL(turns) FXE_PRAGMA(unroll turns)

namespace fxe {

__device__ inline uint64_t device_clock_ns() {
  uint64_t ns;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(ns));
  return ns;
}

}  // namespace fxe

#else
#include <simt/device.h>
#endif
