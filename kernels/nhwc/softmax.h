// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// Over the channels of x [n c 1 1], in fp32; a NaN makes its whole row NaN. y may be x.
void launch_nhwc_softmax(Queue&, const NhwcTensor& x, const NhwcTensor& y);

}  // namespace fxe
