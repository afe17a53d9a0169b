// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// y = x / (k + alpha / size * sum of x^2 over `size` channels centred on this one) ^ beta, in fp32; zeros
// outside. y is not x.
struct LrnParameters {
  int size = 5;
  float alpha = 1e-4f, beta = 0.75f, k = 1;
};

void launch_nhwc_lrn(Queue&, const NhwcTensor& x, const LrnParameters&, const NhwcTensor& y);

}  // namespace fxe
