// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"
#include "kernels/pointwise_function.h"

namespace fxe {

// y = f(x * scale[c] + shift[c] + other), in fp32, rounded once; shapes and types of x, y and other are
// equal. scale and shift, fp32 [stored_c], and other.data may each be nullptr. y may be x or other.
void launch_nhwc_pointwise(Queue&, const NhwcTensor& x, const float* scale, const float* shift,
                           const NhwcTensor& other, const PointwiseFunction& f, const NhwcTensor& y);

}  // namespace fxe
