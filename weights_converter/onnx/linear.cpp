// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/operators.h"
#include "weights_converter/onnx/strided.h"

namespace fxe {

namespace {

ValueId rows(const OnnxImport& import, const OnnxNode& node) {
  const ValueId x = import.plain(node, 0);
  if (import.graph.shape(x).rank() != 2)
    throw node.error("expected rows [n c], found {}; fxe needs a Flatten before it",
                     import.graph.shape(x).str());
  return x;
}

Tensor scaled(OnnxImport& import, const Tensor& tensor, float factor) {
  if (factor == 1) return tensor;
  import.charge_copy(static_cast<uint64_t>(tensor.shape.elements()) * sizeof(float));
  std::vector<float> values = tensor.to_float();
  for (float& v : values) v *= factor;
  return Tensor::from_floats(tensor.shape, std::move(values));
}

// [k], from [k], [1, k] or one number.
Tensor as_bias(OnnxImport& import, const OnnxNode& node, const Tensor& tensor, int64_t k) {
  const Shape& shape = tensor.shape;
  if (shape.elements() == k && (shape.rank() == 1 || (shape.rank() == 2 && shape[0] == 1)))
    return {tensor.dtype, Shape{k}, tensor.bytes, tensor.owner};
  if (shape.elements() == 1) {
    import.charge_copy(static_cast<uint64_t>(k) * sizeof(float));
    return Tensor::from_floats({k}, std::vector<float>(static_cast<size_t>(k), tensor.to_float().at(0)));
  }
  throw node.error("expected a bias of {} numbers, found shape {}", k, shape.str());
}

// The weight [k, c] of a constant [c, k] or, transposed, [k, c].
Tensor weight_rows(OnnxImport& import, const OnnxNode& node, bool transposed) {
  const Tensor& b = import.constant(node, 1);
  if (b.shape.rank() != 2) throw node.error("expected a weight matrix, found shape {}", b.shape.str());
  return transposed ? b : transpose(import, b, {1, 0});
}

}  // namespace

void import_gemm(OnnxImport& import, const OnnxNode& node) {
  if (node.integer("transA", 0) != 0) throw node.error("fxe cannot transpose the rows (transA)");
  const ValueId x = rows(import, node);
  const Tensor weight =
      scaled(import, weight_rows(import, node, node.integer("transB", 0) != 0), node.number("alpha", 1.0f));
  Linear linear{.k = weight.shape[0], .weight = import.weight(node.input(1), weight)};
  if (node.has_input(2)) {
    const Tensor bias = as_bias(import, node, import.constant(node, 2), linear.k);
    linear.bias = import.weight(node.input(2), scaled(import, bias, node.number("beta", 1.0f)));
  }
  import.set(node, OnnxFlow{import.add(node, std::move(linear), {x})});
}

// On [n h w c]: a 1x1 convolution.
void import_mat_mul(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow flow = import.flow(node, 0);
  if (flow.nhwc && import.graph.shape(flow.id).rank() == 4 && !flow.probabilities) {
    Tensor weight = weight_rows(import, node, false);
    weight.shape = {weight.shape[0], weight.shape[1], 1, 1};
    Conv2d conv{.k = weight.shape[0], .weight = import.weight(node.input(1), weight)};
    flow.id = import.add(node, std::move(conv), {flow.id});
    return import.set(node, flow);
  }
  const ValueId x = rows(import, node);
  const Tensor weight = weight_rows(import, node, false);
  Linear linear{.k = weight.shape[0], .weight = import.weight(node.input(1), weight)};
  import.set(node, OnnxFlow{import.add(node, std::move(linear), {x})});
}

}  // namespace fxe
