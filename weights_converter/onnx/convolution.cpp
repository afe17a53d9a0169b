// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/operators.h"
#include "weights_converter/onnx/window.h"

namespace fxe {

void import_conv(OnnxImport& import, const OnnxNode& node) {
  const Tensor& weight = import.constant(node, 1);
  if (weight.shape.rank() != 4)
    throw node.error("expected a weight [k c r s], found {}; fxe has convolutions over h and w",
                     weight.shape.str());
  const OnnxWindow w = read_onnx_window(import, node, Extent2{weight.shape[2], weight.shape[3]});
  Conv2d conv{.k = weight.shape[0],
              .filter = w.filter,
              .stride = w.stride,
              .pad = w.pad,
              .dilation = w.dilation,
              .groups = node.integer("group", 1)};
  conv.weight = import.weight(node, 1);
  if (node.has_input(2)) conv.bias = import.weight(node, 2);
  import.set(node, OnnxFlow{import.add(node, std::move(conv), {import.padded(node, 0)})});
}

}  // namespace fxe
