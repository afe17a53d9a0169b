// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <functional>

#include "weights_converter/onnx/elementwise.h"
#include "weights_converter/onnx/operators.h"

namespace fxe {

namespace {

// y = scale * x + shift per channel, by names of weights; one may be empty.
void scale_shift(OnnxImport& import, const OnnxNode& node, OnnxFlow x, std::string scale, std::string shift) {
  import.settle(x);
  x.id = import.add(node, Scale{.scale = std::move(scale), .shift = std::move(shift)}, {x.id});
  import.set(node, x);
}

// The weight of a constant unchanged, or of numbers made from it.
std::string channel_weight(OnnxImport& import, const OnnxNode& node, size_t i, const Tensor& t) {
  return import.weight(node.input(i), Tensor{t.dtype, Shape{t.shape.elements()}, t.bytes, t.owner});
}

std::string channel_weight(OnnxImport& import, const OnnxNode& node, const char* what, const Tensor& t,
                           const std::function<double(double)>& f) {
  import.charge_copy(2 * static_cast<uint64_t>(t.shape.elements()) * sizeof(float));
  std::vector<float> values = t.to_float();
  for (float& v : values) v = static_cast<float>(f(static_cast<double>(v)));
  return import.weight(fmt::format("{}.{}", node.name(), what),
                       Tensor::from_floats({t.shape.elements()}, std::move(values)));
}

// The constant, if it is a single number.
std::optional<double> number(const OnnxImport& import, const OnnxNode& node, size_t i, const OnnxFlow& x) {
  const Tensor& tensor = onnx_broadcast(import, node, i, x);
  if (tensor.shape.elements() != 1) return std::nullopt;
  return static_cast<double>(tensor.to_float().at(0));
}

std::string form(const OnnxImport& import, const OnnxFlow& x) {
  const auto dims = import.shape(x);
  return fmt::format("[n, {}]", fmt::join(dims.begin() + 1, dims.end(), ", "));
}

void add_flows(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow sum = open_flow(import, node, 0);
  import.settle(sum);
  for (size_t i = 1; i < node.inputs(); ++i) {
    OnnxFlow x = open_flow(import, node, i);
    import.settle(x);
    const bool images = import.shape(x).size() == 4;  // sizes alone do not tell their layouts apart
    if (import.shape(x) != import.shape(sum) || (images && x.nhwc != sum.nhwc))
      throw node.error("adds {} to {}; fxe adds images of one shape and layout", form(import, x),
                       form(import, sum));
    sum.id = import.add(node, Add{}, {sum.id, x.id});
  }
  import.set(node, sum);
}

// An image times one number per image and channel, as in squeeze-and-excitation.
void gate(OnnxImport& import, const OnnxNode& node, OnnxFlow x, OnnxFlow by) {
  const auto is_gate = [&](const OnnxFlow& flow) {
    const Shape& shape = import.graph.shape(flow.id);
    return flow.pixel || (shape.rank() == 4 && shape[2] == 1 && shape[3] == 1);
  };
  if (!is_gate(by)) std::swap(x, by);
  const bool images = import.graph.shape(x.id).rank() == 4;
  if (!is_gate(by) || !images || x.nhwc != by.nhwc)
    throw node.error(
        "multiplies two images, which fxe does not support; it has x * f(x) of its activations, and an image "
        "times one number per channel");
  import.settle(x);
  import.settle(by);
  x.id = import.add(node, ChannelGate{}, {x.id, by.id});
  import.set(node, x);
}

// Which of two inputs is constant, if one is.
std::optional<size_t> constant_input(const OnnxImport& import, const OnnxNode& node) {
  if (node.inputs() != 2) throw node.error("expected 2 inputs, found {}", node.inputs());
  for (const size_t i : {size_t{0}, size_t{1}})
    if (import.is_constant(node, i)) return i;
  for (const size_t i : {size_t{0}, size_t{1}})
    if (!import.flow(node, i).seen_as.empty())
      throw node.error("joins images that lost an axis; fxe only supports this with a single number");
  return std::nullopt;
}

}  // namespace

const Tensor& onnx_broadcast(const OnnxImport& import, const OnnxNode& node, size_t i, const OnnxFlow& x) {
  const Tensor& tensor = import.constant(node, i);
  if (!x.seen_as.empty() && (tensor.shape.elements() != 1 || tensor.shape.rank() > 1))
    throw node.error(
        "its constant of shape {} meets an image that lost an axis; fxe only supports this with a single "
        "number",
        tensor.shape.str());
  if (tensor.shape.rank() > static_cast<int>(import.shape(x).size()))
    throw node.error("its constant of shape {} gives {} more axes, which fxe does not support",
                     tensor.shape.str(), form(import, x));
  return tensor;
}

const Tensor& onnx_per_channel(const OnnxImport& import, const OnnxNode& node, size_t i, const OnnxFlow& x) {
  const Tensor& tensor = onnx_broadcast(import, node, i, x);
  const int64_t channels = import.graph.shape(x.id)[1];
  const int rank = static_cast<int>(import.shape(x).size()), channel_axis = x.nhwc && rank == 4 ? 3 : 1;
  for (int d = 0; d < tensor.shape.rank(); ++d) {
    const int axis = d + rank - tensor.shape.rank();  // broadcasting aligns the last axes
    const int64_t size = tensor.shape[d];
    if (size != 1 && (axis != channel_axis || size != channels))
      throw node.error("its constant of shape {} is not one number per channel of {}", tensor.shape.str(),
                       form(import, x));
  }
  return tensor;
}

void import_add(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) {
    const OnnxFlow a = open_flow(import, node, 0), b = open_flow(import, node, 1);
    const auto sum = [](OnnxAlgebra& algebra, const auto& p, const auto& q) { return algebra.sum(p, q); };
    if (!join_onnx(import, node, a, b, sum, /*is_sum=*/true)) add_flows(import, node);
    return;
  }
  const OnnxFlow x = open_flow(import, node, 1 - *i);
  if (const auto c = number(import, node, *i, x)) return affine_onnx(import, node, x, 1, *c);
  scale_shift(import, node, x, {}, channel_weight(import, node, *i, onnx_per_channel(import, node, *i, x)));
}

void import_sum(OnnxImport& import, const OnnxNode& node) {
  if (node.inputs() == 0) throw node.error("has nothing to add");
  add_flows(import, node);
}

void import_sub(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) {
    const OnnxFlow a = open_flow(import, node, 0), b = open_flow(import, node, 1);
    if (join_onnx(import, node, a, b,
                  [](OnnxAlgebra& algebra, const auto& p, const auto& q) { return algebra.sum(p, q, -1); }))
      return;
    throw node.error("subtracts two images, which fxe does not support");
  }
  const OnnxFlow x = open_flow(import, node, 1 - *i);
  if (const auto c = number(import, node, *i, x))
    return *i == 1 ? affine_onnx(import, node, x, 1, -*c) : affine_onnx(import, node, x, -1, *c);
  const Tensor& c = onnx_per_channel(import, node, *i, x);
  const auto negative = [](double v) { return -v; };
  if (*i == 1) return scale_shift(import, node, x, {}, channel_weight(import, node, "shift", c, negative));
  const auto minus_one = [](double) { return -1.0; };
  scale_shift(import, node, x, channel_weight(import, node, "scale", c, minus_one),
              channel_weight(import, node, *i, c));
}

void import_mul(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) {
    const OnnxFlow a = open_flow(import, node, 0), b = open_flow(import, node, 1);
    if (!join_onnx(import, node, a, b, &OnnxAlgebra::product)) gate(import, node, a, b);
    return;
  }
  const OnnxFlow x = open_flow(import, node, 1 - *i);
  if (const auto c = number(import, node, *i, x)) return affine_onnx(import, node, x, *c, 0);
  scale_shift(import, node, x, channel_weight(import, node, *i, onnx_per_channel(import, node, *i, x)), {});
}

void import_div(OnnxImport& import, const OnnxNode& node) {
  const auto i = constant_input(import, node);
  if (!i) {
    const OnnxFlow a = open_flow(import, node, 0), b = open_flow(import, node, 1);
    if (join_onnx(import, node, a, b, [](OnnxAlgebra& algebra, const auto& p, const auto& q) {
          return algebra.product(p, algebra.inverse(q));
        }))
      return;
    throw node.error("divides by another image, which fxe does not support");
  }
  const OnnxFlow x = open_flow(import, node, 1 - *i);
  const auto one = number(import, node, *i, x);
  if (*i == 0) {
    if (!one) throw node.error("divides by an image, which fxe does not support");
    return apply_onnx(import, node, x, [c = *one](OnnxAlgebra& algebra, const auto& p) {
      return algebra.affine(algebra.inverse(p), c, 0);
    });
  }
  if (one) {
    if (*one == 0) throw node.error("divides by zero");
    return affine_onnx(import, node, x, 1 / *one, 0);
  }
  const Tensor& c = onnx_per_channel(import, node, 1, x);
  const std::string inverse = channel_weight(import, node, "scale", c, [&](double v) {
    if (v == 0) throw node.error("divides by zero");
    return 1 / v;
  });
  scale_shift(import, node, x, inverse, {});
}

}  // namespace fxe
