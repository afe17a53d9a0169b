// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// y [n c h w] = x * gate, gate [n c 1 1]: one number per image and channel. y may be x.
void launch_nhwc_gate(Queue&, const NhwcTensor& x, const NhwcTensor& gate, const NhwcTensor& y);

}  // namespace fxe
