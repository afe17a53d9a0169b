// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "engine/dtype.h"
#include "kernels/tail/tail_cuda.h"

namespace fxe {

// The fully connected layer that makes a member's logits: logits = x W^T + bias. Everything is on the device,
// with rows aligned to 16 bytes.
struct LinearHead {
  DType dtype = DType::f32;      // of x and weight: f32, f16 or bf16
  const void* x = nullptr;       // [rows depth]
  const void* weight = nullptr;  // [classes depth]
  const float* bias = nullptr;   // [classes]; may be nullptr
  float* logits = nullptr;       // [rows classes]; the tail's own
  int32_t rows = 0;              // at least as many as images are live
  int32_t depth = 0;             // a multiple of 16 bytes
};

// Layer and tail in one kernel. Products are summed in fp32. Computes live rows only.
void launch_linear_tail(Queue&, const LinearHead&, const TailCall&);

}  // namespace fxe
