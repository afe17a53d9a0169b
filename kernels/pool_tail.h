// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "engine/dtype.h"
#include "kernels/tail_cuda.h"

namespace fxe {

// The global average pool that makes the logits of a member: logits = mean over pixels of x. All on the
// device, pixels aligned to 16 bytes.
struct PoolHead {
  DType dtype = DType::f32;  // of x: f32, f16 or bf16
  const void* x = nullptr;   // [rows pixels stored_c], of which the first classes count
  float* logits = nullptr;   // [rows classes]; the tail's own
  int32_t rows = 0;          // at least as many as images are live
  int32_t pixels = 0;        // of an image
  int32_t stored_c = 0;      // a multiple of 16 bytes
};

// Pool and tail in one kernel, sums in fp32. Only live rows are computed.
void launch_pool_tail(Queue&, const PoolHead&, const TailCall&);

}  // namespace fxe
