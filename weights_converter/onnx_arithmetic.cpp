// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weights_converter/onnx_elementwise.h"
#include "weights_converter/onnx_operators.h"

namespace fxe {

namespace {

using Floats = std::vector<float>;

// y = scale * x + shift per channel, of which one may be left out.
void scale_shift(OnnxImport& import, const OnnxNode& node, OnnxFlow x, const Floats& scale,
                 const Floats& shift) {
  import.settle(x);
  Scale op;
  const auto keep = [&](const char* what, const Floats& values) {
    import.charge_copy(values.size() * sizeof(float));
    return import.weight(fmt::format("{}.{}", node.name(), what),
                         Tensor::from_floats({static_cast<int64_t>(values.size())}, values));
  };
  if (!scale.empty()) op.scale = keep("scale", scale);
  if (!shift.empty()) op.shift = keep("shift", shift);
  x.id = import.add(node, std::move(op), {x.id});
  import.set(node, x);
}

// The constant, where it is one number.
std::optional<double> number(const OnnxImport& import, const OnnxNode& node, size_t i) {
  const Tensor& tensor = import.constant(node, i);
  if (tensor.shape.elements() != 1) return std::nullopt;
  return static_cast<double>(tensor.to_float().at(0));
}

// MatMul and then Add of a constant is a Linear or 1x1 convolution with its bias, where nothing else reads
// the product.
bool join_bias(OnnxImport& import, const OnnxNode& node, size_t i, const OnnxFlow& x) {
  const auto product = x.function ? import.bare_linear.end() : import.bare_linear.find(x.id);
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
  OnnxFlow sum = open_flow(import, node, 0);
  import.settle(sum);
  for (size_t i = 1; i < node.inputs(); ++i) {
    OnnxFlow x = open_flow(import, node, i);
    import.settle(x);
    if (x.nhwc != sum.nhwc && import.graph.shape(x.id).rank() == 4)
      throw node.error("adds [n h w c] to [n c h w]");
    sum.id = import.add(node, Add{}, {sum.id, x.id});
  }
  import.set(node, sum);
}

// An image times one number per image and channel, as squeeze-and-excitation has it.
void gate(OnnxImport& import, const OnnxNode& node, OnnxFlow x, OnnxFlow by) {
  const auto is_gate = [&](const OnnxFlow& flow) {
    const Shape& shape = import.graph.shape(flow.id);
    return flow.pixel || (shape.rank() == 4 && shape[2] == 1 && shape[3] == 1);
  };
  if (!is_gate(by)) std::swap(x, by);
  const bool images = import.graph.shape(x.id).rank() == 4;
  if (!is_gate(by) || !images || (x.nhwc != by.nhwc && !by.pixel))
    throw node.error(
        "multiplies two images, which fxe has not; it has x * f(x) of its activations, and an image times "
        "one "
        "number per channel");
  import.settle(x);
  import.settle(by);
  x.id = import.add(node, ChannelGate{}, {x.id, by.id});
  import.set(node, x);
}

// The input that is constant, of two.
std::optional<size_t> constant_input(const OnnxImport& import, const OnnxNode& node) {
  if (node.inputs() != 2) throw node.error("expected 2 inputs, found {}", node.inputs());
  for (const size_t i : {size_t{0}, size_t{1}})
    if (import.is_constant(node, i)) return i;
  return std::nullopt;
}

Floats mapped(Floats values, float (*f)(float)) {
  std::transform(values.begin(), values.end(), values.begin(), f);
  return values;
}

}  // namespace

// A constant that ONNX broadcasts over everything but channels, as one number per channel of x.
std::vector<float> onnx_per_channel(OnnxImport& import, const OnnxNode& node, size_t i, const OnnxFlow& x) {
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
  import.charge_copy(4 * static_cast<uint64_t>(shape[1]) * sizeof(float));  // for all of scale_shift()
  import.charge_copy(static_cast<uint64_t>(shape[1]) * sizeof(float));
  Floats values = tensor.to_float();
  if (values.size() == 1) values.resize(static_cast<size_t>(shape[1]), values[0]);
  return values;
}

void import_add(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) {
    const OnnxFlow a = open_flow(import, node, 0), b = open_flow(import, node, 1);
    if (!join_onnx(
            import, node, a, b, [](double x, double y) { return x + y; }, /*is_sum=*/true))
      add_flows(import, node);
    return;
  }
  const OnnxFlow x = open_flow(import, node, 1 - *i);
  if (join_bias(import, node, *i, x)) return;
  if (const auto c = number(import, node, *i)) return affine_onnx(import, node, x, 1, *c);
  scale_shift(import, node, x, {}, onnx_per_channel(import, node, *i, x));
}

void import_sum(OnnxImport& import, const OnnxNode& node) {
  if (node.inputs() == 0) throw node.error("has nothing to add");
  add_flows(import, node);
}

void import_sub(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) {
    if (join_onnx(import, node, open_flow(import, node, 0), open_flow(import, node, 1),
                  [](double x, double y) { return x - y; }))
      return;
    throw node.error("subtracts two images, which fxe has not");
  }
  const OnnxFlow x = open_flow(import, node, 1 - *i);
  if (const auto c = number(import, node, *i))
    return *i == 1 ? affine_onnx(import, node, x, 1, -*c) : affine_onnx(import, node, x, -1, *c);
  const Floats c = onnx_per_channel(import, node, *i, x);
  if (*i == 1) return scale_shift(import, node, x, {}, mapped(c, [](float v) { return -v; }));
  scale_shift(import, node, x, Floats(c.size(), -1.0f), c);
}

void import_mul(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) {
    const OnnxFlow a = open_flow(import, node, 0), b = open_flow(import, node, 1);
    if (!join_onnx(import, node, a, b, [](double x, double y) { return x * y; })) gate(import, node, a, b);
    return;
  }
  const OnnxFlow x = open_flow(import, node, 1 - *i);
  if (const auto c = number(import, node, *i)) return affine_onnx(import, node, x, *c, 0);
  scale_shift(import, node, x, onnx_per_channel(import, node, *i, x), {});
}

void import_div(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) {
    if (join_onnx(import, node, open_flow(import, node, 0), open_flow(import, node, 1),
                  [](double x, double y) { return x / y; }))
      return;
    throw node.error("divides by another image, which fxe has not");
  }
  const OnnxFlow x = open_flow(import, node, 1 - *i);
  const auto one = number(import, node, *i);
  if (*i == 0) {
    if (!one) throw node.error("divides by an image, which fxe has not");
    return apply_onnx(import, node, x, [c = *one](double v) { return c / v; });
  }
  const Floats c = one ? Floats{static_cast<float>(*one)} : onnx_per_channel(import, node, 1, x);
  if (std::find(c.begin(), c.end(), 0.0f) != c.end()) throw node.error("divides by zero");
  if (one) return affine_onnx(import, node, x, 1 / *one, 0);
  scale_shift(import, node, x,
              mapped(c, [](float v) { return static_cast<float>(1.0 / static_cast<double>(v)); }), {});
}

}  // namespace fxe
