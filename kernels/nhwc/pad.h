// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// y <- x with `top` rows and `left` columns of zeros before it, and as many after it as y has room for.
void launch_nhwc_pad(Queue&, const NhwcTensor& x, int top, int left, const NhwcTensor& y);

}  // namespace fxe
