// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// y [n count h w] <- channels first to first + count - 1 of x [n c h w].
void launch_nhwc_slice(Queue&, const NhwcTensor& x, int first, const NhwcTensor& y);

}  // namespace fxe
