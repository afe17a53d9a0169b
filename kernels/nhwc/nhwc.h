// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/dtype.h"

namespace fxe {

// A value on a CUDA device, [n h w c] with channels innermost. Each pixel stores stored_c >= c channels, a
// multiple of 16 bytes; those past c are zero, and every kernel keeps them so. It has less than 2^31
// elements, padding included. Does not own its memory.
struct NhwcTensor {
  void* data = nullptr;
  DType dtype = DType::f32;  // f32, f16 or bf16
  int64_t n = 1, h = 1, w = 1, c = 1, stored_c = 1;

  int64_t elements() const { return n * h * w * stored_c; }
};

// The least stored_c for c channels: c rounded up to 16 bytes.
int64_t stored_channels(DType dtype, int64_t c);

[[noreturn]] void throw_no_nhwc_kernel(DType);  // run_time, for a type without kernels

}  // namespace fxe
