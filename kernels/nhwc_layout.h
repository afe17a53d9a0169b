// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc.h"

// Between the layouts of a network's values. Conversions round to nearest even.
namespace fxe {

// y [n c h w] <- x, plain fp32 [images c h w]: row r of y is image r; or with `rows` image rows[r] for r
// below row_count[0], both on the device, and zeros in the rows after it.
void launch_nhwc_from_plain(Queue&, const float* x, const int32_t* rows, const int32_t* row_count,
                            const NhwcTensor& y);

// y, plain fp32 [n c h w], <- x.
void launch_nhwc_to_plain(Queue&, const NhwcTensor& x, float* y);

// y [n c*h*w 1 1] <- x [n c h w], in the order of the plain layout.
void launch_nhwc_flatten(Queue&, const NhwcTensor& x, const NhwcTensor& y);

}  // namespace fxe
