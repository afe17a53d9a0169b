// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#define __global__ inline
#define __device__
#define __host__
#define __constant__ const
#define __grid_constant__
#define __forceinline__ inline
#define __launch_bounds__(...)

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

// Variables, set whenever another fiber runs; not macros, so that members may have these names.
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
constexpr int warpSize = 32;

namespace simt {

// Where a kernel called an operation.
struct Site {
  const char* file;
  int line;
};
#define SIMT_SITE ::simt::Site site = {__builtin_FILE(), __builtin_LINE()}

// Shared memory of the running block: one exact-size heap block for each variable (`key`), all bytes 0xFF
// until written, so that AddressSanitizer sees its ends and a missing initialisation shows as NaN or -1.
void* shared_variable(const void* key, size_t bytes);
void* dynamic_shared();

template <class T, size_t n, class Tag>
T* shared_array(Tag) {  // Tag: the type of a lambda, another one at each declaration and template instance
  static const char key = 0;
  return static_cast<T*>(shared_variable(&key, sizeof(T) * n));
}

uint64_t clock_ns();  // set by set_clock_ns

}  // namespace simt

#define FXE_SHARED(T, name, count) T* const name = ::simt::shared_array<T, count>([] {})
#define FXE_DYNAMIC_SHARED(T, name) T* const name = static_cast<T*>(::simt::dynamic_shared())

#define FXE_UNROLL(turns)

namespace fxe {
inline uint64_t device_clock_ns() { return simt::clock_ns(); }
}  // namespace fxe
