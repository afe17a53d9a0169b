// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/device.h"
#include "kernels/nhwc/nhwc.h"

namespace fxe {

// Where the channels of x go in y: channel c of x becomes channel `first` + c, at every stride-th row and
// column from the first. Channels `from` to `to` - 1 of y are written, with zeros where x has none.
struct ChannelPlace {
  int stride_h = 1, stride_w = 1;
  int first = 0, from = 0, to = 0;
};

void launch_nhwc_place_channels(Queue&, const NhwcTensor& x, const ChannelPlace&, const NhwcTensor& y);

}  // namespace fxe
