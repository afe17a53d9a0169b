// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "weights_converter/onnx/elementwise.h"
#include "weights_converter/onnx/operators.h"
#include "weights_converter/onnx/tensor.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

using Polynomial = OnnxPolynomial;
using Kind = OnnxAlgebra::Kind;

// Element-wise, so it works in ONNX's layout as well as in fxe's. Without a `step` the algebra does not know
// the result, and no longer function continues from it.
void activate(
    OnnxImport& import, const OnnxNode& node, const Activation& act,
    const OnnxStep& step = [](OnnxAlgebra& algebra, const Polynomial&) { return algebra.unknown(); }) {
  apply_onnx(import, node, open_flow(import, node, 0), step, act);
}

void call(OnnxImport& import, const OnnxNode& node, Kind kind) {
  apply_onnx(import, node, open_flow(import, node, 0),
             [kind](OnnxAlgebra& algebra, const Polynomial& p) { return algebra.call(kind, p); });
}

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

void import_relu(OnnxImport& import, const OnnxNode& node) { activate(import, node, Activation::relu()); }

void import_leaky_relu(OnnxImport& import, const OnnxNode& node) {
  activate(import, node, Activation::leaky_relu(node.number("alpha", 0.01f)));
}

void import_clip(OnnxImport& import, const OnnxNode& node) {
  constexpr float kLowest = std::numeric_limits<float>::lowest(),
                  kHighest = std::numeric_limits<float>::max();
  const float low = bound(import, node, "min", 1, kLowest), high = bound(import, node, "max", 2, kHighest);
  if (low == 0 && high == kHighest) return import_relu(import, node);
  activate(import, node, Activation::clip(low, high), [=](OnnxAlgebra& algebra, const Polynomial& p) {
    return algebra.clip(p, static_cast<double>(low), static_cast<double>(high));
  });
}

void import_sigmoid(OnnxImport& import, const OnnxNode& node) {
  activate(import, node, Activation::sigmoid(),
           [](OnnxAlgebra& algebra, const Polynomial& p) { return algebra.call(Kind::sigmoid, p); });
}

void import_hard_sigmoid(OnnxImport& import, const OnnxNode& node) {
  const float slope = node.number("alpha", 0.2f), offset = node.number("beta", 0.5f);
  activate(
      import, node, Activation::hard_sigmoid(slope, offset), [=](OnnxAlgebra& algebra, const Polynomial& p) {
        const Polynomial line = algebra.affine(p, static_cast<double>(slope), static_cast<double>(offset));
        return algebra.call(Kind::unit_clip, line);
      });
}

void import_hard_swish(OnnxImport& import, const OnnxNode& node) {
  activate(import, node, Activation::hard_swish());
}

void import_gelu(OnnxImport& import, const OnnxNode& node) {
  const std::string approximate = node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    throw node.error("approximates by '{}'; expected none or tanh", printable(approximate));
  activate(import, node, approximate == "tanh" ? Activation::gelu_tanh() : Activation::gelu());
}

// A single slope for all channels is a leaky ReLU.
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

void import_erf(OnnxImport& import, const OnnxNode& node) { call(import, node, Kind::erf); }
void import_exp(OnnxImport& import, const OnnxNode& node) { call(import, node, Kind::exp); }
void import_sqrt(OnnxImport& import, const OnnxNode& node) { call(import, node, Kind::square_root); }

void import_tanh(OnnxImport& import, const OnnxNode& node) {
  apply_onnx(import, node, open_flow(import, node, 0), &OnnxAlgebra::tanh);
}

void import_reciprocal(OnnxImport& import, const OnnxNode& node) {
  apply_onnx(import, node, open_flow(import, node, 0), &OnnxAlgebra::inverse);
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
             [exponent](OnnxAlgebra& algebra, const Polynomial& p) { return algebra.power(p, exponent); });
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

// Between floating types it changes nothing: fxe computes in the precision it is asked for, whatever the
// model was exported in.
void import_cast(OnnxImport& import, const OnnxNode& node) {
  const auto type = onnx_dtype(node.integer("to"));
  if (type != DType::f32 && type != DType::f16 && type != DType::bf16 && type != DType::f64)
    throw node.error("converts images to a type other than floating point");
  OnnxFlow x = import.flow(node, 0);
  x.integers = false;
  import.set(node, x);
}

}  // namespace fxe
