// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "engine/dtype.h"
#include "kernels/tail/tail_cuda.h"

namespace fxe {

// The global average pool that makes a member's logits: logits = mean over pixels of x. Everything is on the
// device, with pixels aligned to 16 bytes.
struct PoolHead {
  DType dtype = DType::f32;  // of x: f32, f16 or bf16
  const void* x = nullptr;   // [rows pixels stored_c]; the first `classes` channels count
  float* logits = nullptr;   // [rows classes]; the tail's own
  int32_t rows = 0;          // at least as many as images are live
  int32_t pixels = 0;        // per image
  int32_t stored_c = 0;      // a multiple of 16 bytes
};

// Pool and tail in one kernel, summed in fp32. Computes live rows only.
void launch_pool_tail(Queue&, const PoolHead&, const TailCall&);

}  // namespace fxe
