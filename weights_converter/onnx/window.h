// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/onnx/import.h"

namespace fxe {

// The attributes that convolutions and poolings share, for h and w. `pad` includes the padding of a Pad
// before the node and what auto_pad asks for.
struct OnnxWindow {
  Extent2 filter, stride, dilation;
  Padding2 own_pad;  // the node's own
  Padding2 pad;      // together with that of a Pad before it
};

// `filter`: from the weights, or nothing if kernel_shape gives it. Input 0 of the node must be [n c h w].
OnnxWindow read_onnx_window(const OnnxImport&, const OnnxNode&, std::optional<Extent2> filter = {});

}  // namespace fxe
