// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "engine/dtype.h"
#include "kernels/pointwise_function.h"
#include "kernels/tail/tail_cuda.h"

namespace fxe {

// The 1x1 convolution before a global average pool that makes a member's logits, as in SqueezeNet:
// logits = mean over pixels of f(x W^T + bias). Everything is on the device, with pixels and rows of W
// aligned to 16 bytes.
struct ConvPoolHead {
  DType dtype = DType::f32;      // of x and weight: f32, f16 or bf16
  const void* x = nullptr;       // [rows pixels depth]
  const void* weight = nullptr;  // [classes depth]
  const float* bias = nullptr;   // [classes]; may be nullptr
  PointwiseFunction f;
  float* logits = nullptr;  // [rows classes]; the tail's own
  int32_t rows = 0;         // at least as many as images are live
  int32_t pixels = 0;       // per image
  int32_t depth = 0;        // a multiple of 16 bytes
};

// Convolution, pool and tail in one kernel, entirely in fp32, without tensor cores. Computes live rows only.
void launch_conv_pool_tail(Queue&, const ConvPoolHead&, const TailCall&);

}  // namespace fxe
