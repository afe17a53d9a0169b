// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// A window (r s) at (p * stride - pad). Max pooling ignores what lies outside the input, and a NaN inside
// wins; average pooling divides by the window's size inside the input, or with count_padding inside the
// padded input.
struct PoolWindow {
  bool maximum = true;
  bool count_padding = false;
  int r = 1, s = 1, stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};

// y [n c p q] <- x [n c h w], in fp32. Every window overlaps the input.
void launch_nhwc_pool(Queue&, const NhwcTensor& x, const PoolWindow&, const NhwcTensor& y);

// y [n c 1 1] <- mean over h and w of x [n c h w], in fp32.
void launch_nhwc_mean(Queue&, const NhwcTensor& x, const NhwcTensor& y);

}  // namespace fxe
