// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"
#include "kernels/pointwise_function.h"

namespace fxe {

// y = f(conv(x) + residual + bias): cross-correlation with zero padding, summed in fp32, rounded once.
// weight: y's type, [r s c/groups stored_k], output channels innermost and padded like y's; bias: fp32
// [stored_k]. bias and residual.data may be nullptr.
struct DirectConv {
  const void* weight = nullptr;
  const float* bias = nullptr;
  int r = 1, s = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0;  // the padding at the end follows from y's shape
  int groups = 1;
  PointwiseFunction f;
};

// Depthwise, groups = c = k: bound by memory.
void launch_nhwc_depthwise(Queue&, const NhwcTensor& x, const DirectConv&, const NhwcTensor& residual,
                           const NhwcTensor& y);

// Any convolution, slowly: for those without a library kernel.
void launch_nhwc_direct_conv(Queue&, const NhwcTensor& x, const DirectConv&, const NhwcTensor& residual,
                             const NhwcTensor& y);

}  // namespace fxe
