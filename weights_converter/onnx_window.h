// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/onnx_import.h"

namespace fxe {

// The attributes that convolutions and poolings share, on h and w. `pad` includes what a Pad before the node
// left and what auto_pad asks for.
struct OnnxWindow {
  Extent2 filter, stride, dilation;
  Padding2 own_pad;  // the node's
  Padding2 pad;      // together with a Pad's before it
};

// `filter`: from the weights, or nothing where kernel_shape tells. Input 0 of the node must be [n c h w].
OnnxWindow read_onnx_window(const OnnxImport&, const OnnxNode&, std::optional<Extent2> filter = {});

}  // namespace fxe
