// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weights_converter/onnx_operators.h"

namespace fxe {

namespace {

using Floats = std::vector<float>;

const OnnxFlow& operand(const OnnxImport& import, const OnnxNode& node, size_t i) {
  const OnnxFlow& x = import.flow(node, i);
  if (x.probabilities) throw node.error("follows a Softmax; fxe has Softmax at the end of a network only");
  if (x.pad.any()) throw node.error("follows a Pad; fxe joins a Pad with a convolution or pooling only");
  return x;
}

// A constant that ONNX broadcasts over everything but channels, as one number per channel of x.
Floats per_channel(const OnnxImport& import, const OnnxNode& node, size_t i, const OnnxFlow& x) {
  const Tensor& tensor = import.constant(node, i);
  const Shape& shape = import.graph.shape(x.id);
  const int rank = shape.rank(), channel_axis = x.nhwc && rank == 4 ? 3 : 1;
  const auto fail = [&] {
    return node.error("its constant of shape {} is not one number per channel of {}", tensor.shape.str(),
                      shape.str());
  };
  for (int d = 0; d < tensor.shape.rank(); ++d) {
    const int axis = d + rank - tensor.shape.rank();  // broadcasting aligns the last axes
    const int64_t size = tensor.shape[d];
    if (size != 1 && (axis != channel_axis || size != shape[1])) throw fail();
  }
  Floats values = tensor.to_float();
  if (values.size() == 1) values.resize(static_cast<size_t>(shape[1]), values[0]);
  return values;
}

// y = scale * x + shift per channel: a BatchNorm of mean 0 and variance 1, which optimize() folds into a
// convolution.
void scale_shift(OnnxImport& import, const OnnxNode& node, const OnnxFlow& x, Floats scale, Floats shift) {
  const auto c = static_cast<int64_t>(scale.size());
  import.charge_copy(4 * scale.size() * sizeof(float));
  const auto keep = [&](const char* what, Floats values) {
    return import.weight(fmt::format("{}.{}", node.name(), what),
                         Tensor::from_floats({c}, std::move(values)));
  };
  BatchNorm norm{.epsilon = 0};
  norm.scale = keep("scale", std::move(scale));
  norm.shift = keep("shift", std::move(shift));
  norm.mean = keep("mean", Floats(static_cast<size_t>(c), 0.0f));
  norm.variance = keep("variance", Floats(static_cast<size_t>(c), 1.0f));
  import.set(node, OnnxFlow{import.add(node, std::move(norm), {x.id}), x.nhwc});
}

// MatMul and then Add of a constant is a Linear with its bias, where nothing else reads the product.
bool join_bias(OnnxImport& import, const OnnxNode& node, size_t i, const OnnxFlow& x) {
  const auto product = import.bare_linear.find(x.id);
  if (product == import.bare_linear.end() || import.uses(product->second) != 1) return false;
  const Tensor& bias = import.constant(node, i);
  const int64_t k = import.graph.shape(x.id)[1];
  if (bias.shape.elements() != k || bias.shape.rank() < 1 || bias.shape[bias.shape.rank() - 1] != k)
    return false;
  import.late_bias[x.id] = import.weight(node.input(i), Tensor{bias.dtype, Shape{k}, bias.bytes, bias.owner});
  import.bare_linear.erase(product);
  import.set(node, x);
  return true;
}

void add_flows(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow sum = operand(import, node, 0);
  for (size_t i = 1; i < node.inputs(); ++i) {
    const OnnxFlow& x = operand(import, node, i);
    if (x.nhwc != sum.nhwc && import.graph.shape(x.id).rank() == 4)
      throw node.error("adds [n h w c] to [n c h w]");
    sum.id = import.add(node, Add{}, {sum.id, x.id});
  }
  import.set(node, sum);
}

// The input that is constant, of two.
std::optional<size_t> constant_input(const OnnxImport& import, const OnnxNode& node) {
  if (node.inputs() != 2) throw node.error("expected 2 inputs, found {}", node.inputs());
  for (const size_t i : {0, 1})
    if (import.is_constant(node, i)) return i;
  return std::nullopt;
}

Floats filled(const Floats& like, float value) { return Floats(like.size(), value); }

Floats mapped(Floats values, float (*f)(float)) {
  std::transform(values.begin(), values.end(), values.begin(), f);
  return values;
}

}  // namespace

void import_add(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) return add_flows(import, node);
  const OnnxFlow x = operand(import, node, 1 - *i);
  if (join_bias(import, node, *i, x)) return;
  Floats shift = per_channel(import, node, *i, x);
  scale_shift(import, node, x, filled(shift, 1), shift);
}

void import_sum(OnnxImport& import, const OnnxNode& node) {
  if (node.inputs() == 0) throw node.error("has nothing to add");
  add_flows(import, node);
}

void import_sub(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) throw node.error("subtracts two images, which fxe has not");
  const OnnxFlow x = operand(import, node, 1 - *i);
  const Floats c = per_channel(import, node, *i, x);
  if (*i == 1)
    scale_shift(import, node, x, filled(c, 1), mapped(c, [](float v) { return -v; }));
  else
    scale_shift(import, node, x, filled(c, -1), c);
}

void import_mul(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) throw node.error("multiplies two images, which fxe has not");
  const OnnxFlow x = operand(import, node, 1 - *i);
  const Floats c = per_channel(import, node, *i, x);
  scale_shift(import, node, x, c, filled(c, 0));
}

void import_div(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (i != size_t{1}) throw node.error("divides by an image, which fxe has not");
  const OnnxFlow x = operand(import, node, 0);
  const Floats c = per_channel(import, node, 1, x);
  if (std::find(c.begin(), c.end(), 0.0f) != c.end()) throw node.error("divides by zero");
  scale_shift(import, node, x,
              mapped(c, [](float v) { return static_cast<float>(1.0 / static_cast<double>(v)); }),
              filled(c, 0));
}

}  // namespace fxe
