// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// Each pixel over its channels, in fp32: y = (x - mean) / sqrt(variance + epsilon) * scale[c] + shift[c],
// where variance is the mean of (x - mean)^2. scale and shift, fp32 [stored_c], may be nullptr. y may be x.
struct LayerNormParameters {
  const float *scale = nullptr, *shift = nullptr;
  float epsilon = 1e-5f;
};

void launch_nhwc_layer_norm(Queue&, const NhwcTensor& x, const LayerNormParameters&, const NhwcTensor& y);

}  // namespace fxe
