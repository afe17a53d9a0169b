// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

// Between the layouts of a network's values. Conversions round to nearest even.
namespace fxe {

// Which images the rows of y are: row r is image[r] for r below count[0], both on the device, and zero after
// that; without them it is image r.
struct NhwcRows {
  const int32_t* image = nullptr;
  const int32_t* count = nullptr;
  const int32_t* first = nullptr;  // if set, images are counted from first[0]
};

// y [n c h w] <- x, plain fp32 [images c h w].
void launch_nhwc_from_plain(Queue&, const float* x, const NhwcRows&, const NhwcTensor& y);

// y [n c h w] <- x, uint8 [images h w c]: values[256 c + pixel], fp32 on the device.
void launch_nhwc_from_pixels(Queue&, const uint8_t* x, const float* values, const NhwcRows&,
                             const NhwcTensor& y);

// y, plain fp32 [n c h w], <- x.
void launch_nhwc_to_plain(Queue&, const NhwcTensor& x, float* y);

// y [n c*h*w 1 1] <- x [n c h w], in the order of the plain layout.
void launch_nhwc_flatten(Queue&, const NhwcTensor& x, const NhwcTensor& y);

}  // namespace fxe
