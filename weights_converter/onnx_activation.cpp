// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "weights_converter/onnx_elementwise.h"
#include "weights_converter/onnx_operators.h"
#include "weights_converter/onnx_tensor.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

// Element by element, so in ONNX's layout as well as in fxe's.
void activate(OnnxImport& import, const OnnxNode& node, const Activation& act,
              const std::function<double(double)>& f) {
  apply_onnx(import, node, open_flow(import, node, 0), f, act);
}

void step(OnnxImport& import, const OnnxNode& node, double (*f)(double)) {
  apply_onnx(import, node, open_flow(import, node, 0), f);
}

double clipped(double x, double low, double high) { return std::min(std::max(x, low), high); }

float bound(const OnnxImport& import, const OnnxNode& node, const char* attribute, size_t input,
            float otherwise) {
  if (node.opset() < 11) return node.number(attribute, otherwise);
  if (!node.has_input(input)) return otherwise;
  const Tensor& tensor = import.constant(node, input);
  if (tensor.shape.elements() != 1)
    throw node.error("{} is not one number, but {}", attribute, tensor.shape.str());
  return tensor.to_float().at(0);
}

}  // namespace

void import_relu(OnnxImport& import, const OnnxNode& node) {
  activate(import, node, Activation::relu(), [](double x) { return std::max(x, 0.0); });
}

void import_leaky_relu(OnnxImport& import, const OnnxNode& node) {
  const float slope = node.number("alpha", 0.01f);
  activate(import, node, Activation::leaky_relu(slope),
           [slope](double x) { return x < 0 ? static_cast<double>(slope) * x : x; });
}

void import_clip(OnnxImport& import, const OnnxNode& node) {
  constexpr float kLowest = std::numeric_limits<float>::lowest(),
                  kHighest = std::numeric_limits<float>::max();
  const float low = bound(import, node, "min", 1, kLowest), high = bound(import, node, "max", 2, kHighest);
  if (low == 0 && high == kHighest) return import_relu(import, node);
  activate(import, node, Activation::clip(low, high),
           [=](double x) { return clipped(x, static_cast<double>(low), static_cast<double>(high)); });
}

void import_sigmoid(OnnxImport& import, const OnnxNode& node) {
  activate(import, node, Activation::sigmoid(), [](double x) { return 1 / (1 + std::exp(-x)); });
}

void import_hard_sigmoid(OnnxImport& import, const OnnxNode& node) {
  const float slope = node.number("alpha", 0.2f), offset = node.number("beta", 0.5f);
  activate(import, node, Activation::hard_sigmoid(slope, offset), [=](double x) {
    return clipped(static_cast<double>(slope) * x + static_cast<double>(offset), 0, 1);
  });
}

void import_hard_swish(OnnxImport& import, const OnnxNode& node) {
  activate(import, node, Activation::hard_swish(), [](double x) { return x * clipped(x + 3, 0, 6) / 6; });
}

void import_gelu(OnnxImport& import, const OnnxNode& node) {
  const std::string approximate = node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    throw node.error("approximates by '{}'; expected none or tanh", printable(approximate));
  activate(import, node, approximate == "tanh" ? Activation::gelu_tanh() : Activation::gelu(),
           [](double x) { return x / 2 * (1 + std::erf(x / std::numbers::sqrt2)); });
}

// One slope for all channels is a leaky ReLU.
void import_prelu(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = open_flow(import, node, 0);
  import.settle(x);
  const Tensor& t = onnx_per_channel(import, node, 1, x);
  import.charge_copy(static_cast<uint64_t>(t.shape.elements()) * sizeof(float));
  const std::vector<float> slopes = t.to_float();
  Op op = Activate{Activation::leaky_relu(slopes[0])};
  if (std::any_of(slopes.begin(), slopes.end(), [&](float slope) { return slope != slopes[0]; }))
    op = PRelu{import.weight(node.input(1), Tensor{t.dtype, Shape{t.shape.elements()}, t.bytes, t.owner})};
  x.id = import.add(node, op, {x.id});
  import.set(node, x);
}

void import_erf(OnnxImport& import, const OnnxNode& node) { step(import, node, std::erf); }
void import_tanh(OnnxImport& import, const OnnxNode& node) { step(import, node, std::tanh); }
void import_exp(OnnxImport& import, const OnnxNode& node) { step(import, node, std::exp); }
void import_sqrt(OnnxImport& import, const OnnxNode& node) { step(import, node, std::sqrt); }

void import_reciprocal(OnnxImport& import, const OnnxNode& node) {
  step(import, node, [](double x) { return 1 / x; });
}

void import_neg(OnnxImport& import, const OnnxNode& node) {
  affine_onnx(import, node, open_flow(import, node, 0), -1, 0);
}

void import_pow(OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow x = open_flow(import, node, 0);
  const Tensor& given = onnx_broadcast(import, node, 1, x);
  if (given.shape.elements() != 1) throw node.error("has {} exponents", given.shape.elements());
  const auto exponent = static_cast<double>(given.to_float().at(0));
  apply_onnx(import, node, x,
             [exponent](double v) { return std::pow(v, exponent); });
}

void import_identity(OnnxImport& import, const OnnxNode& node) { import.set(node, import.flow(node, 0)); }

void import_dropout(OnnxImport& import, const OnnxNode& node) {
  if (node.opset() >= 12 && node.has_input(2)) {
    const Tensor& training = import.constant(node, 2);
    if (training.shape.elements() != 1 || training.to_float().at(0) != 0)
      throw node.error("is in training mode; export the model in eval mode");
  }
  import_identity(import, node);
}

// Between floating types: fxe computes in the precision that it is asked for, whatever the model was exported
// in.
void import_cast(OnnxImport& import, const OnnxNode& node) {
  const auto type = onnx_dtype(node.integer("to"));
  if (type != DType::f32 && type != DType::f16 && type != DType::bf16 && type != DType::f64)
    throw node.error("turns images into another type than floating point");
  import_identity(import, node);
}

}  // namespace fxe
