// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// y = x < 0 ? slope[c] * x : x, in fp32; slope: fp32 [stored_c]. y may be x.
void launch_nhwc_prelu(Queue&, const NhwcTensor& x, const float* slope, const NhwcTensor& y);

}  // namespace fxe
