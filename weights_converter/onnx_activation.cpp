// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "weights_converter/onnx_operators.h"
#include "weights_converter/onnx_tensor.h"

namespace fxe {

namespace {

// Element by element, so in ONNX's layout as well as in fxe's.
void activate(OnnxImport& import, const OnnxNode& node, Activation act, bool not_negative) {
  OnnxFlow x = import.flow(node, 0);
  if (x.probabilities) throw node.error("follows a Softmax; fxe has Softmax at the end of a network only");
  if (x.pad.any()) throw node.error("follows a Pad; fxe joins a Pad with a convolution or pooling only");
  x.id = import.add(node, Activate{act}, {x.id});
  if (not_negative) import.not_negative.insert(x.id);
  import.set(node, x);
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

void import_relu(OnnxImport& import, const OnnxNode& node) {
  activate(import, node, Activation::relu(), true);
}

void import_leaky_relu(OnnxImport& import, const OnnxNode& node) {
  activate(import, node, Activation::leaky_relu(node.number("alpha", 0.01f)), false);
}

void import_clip(OnnxImport& import, const OnnxNode& node) {
  constexpr float kLowest = std::numeric_limits<float>::lowest(),
                  kHighest = std::numeric_limits<float>::max();
  const float low = bound(import, node, "min", 1, kLowest), high = bound(import, node, "max", 2, kHighest);
  if (low == 0 && high == kHighest) return import_relu(import, node);
  activate(import, node, Activation::clip(low, high), low >= 0);
}

void import_identity(OnnxImport& import, const OnnxNode& node) { import.set(node, import.flow(node, 0)); }

void import_dropout(OnnxImport& import, const OnnxNode& node) {
  node.expect_single_output();
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
