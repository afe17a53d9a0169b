// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/op.h"
#include "weights_converter/caffe/layer.h"

namespace fxe {

// What convolutions and poolings share, for h and w. Caffe pads both sides alike.
struct CaffeWindow {
  Extent2 filter, stride, dilation;
  Padding2 pad;
};

// Each is given once for both axes, once per axis, or as *_h and *_w.
CaffeWindow read_caffe_window(const CaffeLayer&, const caffe::Convolution&);
CaffeWindow read_caffe_window(const CaffeLayer&, const caffe::Pooling&);  // unless it is global

}  // namespace fxe
