// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"
#include "kernels/pointwise_function.h"

namespace fxe {

// y [n k] = f(x W^T + bias), for few rows: as fast as the weights can be read. x is taken as rows of h * w *
// stored_c; weight [k of y as stored, h * w * stored_c] has their type, bias is fp32 [the same k] or nullptr.
// Summed in fp32, rounded once.
void launch_linear(Queue&, const NhwcTensor& x, const void* weight, const float* bias,
                   const PointwiseFunction&, const NhwcTensor& y);

}  // namespace fxe
