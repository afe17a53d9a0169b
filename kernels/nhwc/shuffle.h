// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// Swaps the axes of channels seen as [groups, c / groups]; groups divides c. y is not x.
void launch_nhwc_shuffle(Queue&, const NhwcTensor& x, int groups, const NhwcTensor& y);

}  // namespace fxe
