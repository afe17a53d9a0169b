// SPDX-License-Identifier: Apache-2.0
// Operators on single elements, or on each pixel's channels: they extend the function that a flow has
// become (onnx_function.h).
#include "weights_converter/onnx/elementwise.h"

#include <algorithm>

#include "weights_converter/printable.h"

namespace fxe {

namespace {

using Function = std::shared_ptr<const OnnxFunction>;

constexpr int kMaxDepth = 24;

// What exporters end with: no longer function continues it.
bool is_complete(const Activation& act) {
  using enum Activation::Kind;
  return act.kind != sigmoid && act.kind != hard_sigmoid && act.kind != clip;
}

Function function_of(const OnnxNode& node, const OnnxFlow& x) {
  if (x.function) return x.function;
  OnnxFunction identity{.value = OnnxAlgebra::x(), .node = node};
  identity.made = x.id;
  return std::make_shared<const OnnxFunction>(std::move(identity));
}

void finish(OnnxImport& import, OnnxFlow x, OnnxFunction f) {
  for (const Function& input : f.inputs) f.depth = std::max(f.depth, input->depth + 1);
  const OnnxNode node = f.node;
  const auto act = as_activation(import.algebra, f.value);
  const bool complete = f.depth >= kMaxDepth || (f.act && is_complete(*f.act)) ||
                        (act && is_complete(*act)) || as_layer_norm(import.algebra, f.value);
  x.function = std::make_shared<const OnnxFunction>(std::move(f));
  if (complete) import.settle(x);
  import.set(node, x);
}

}  // namespace

OnnxFlow open_flow(OnnxImport& import, const OnnxNode& node, size_t i) {
  import.settle_padding(node, i);
  const OnnxFlow& x = import.flow(node, i);
  if (x.probabilities) throw node.error("follows a Softmax; fxe has Softmax at the end of a network only");
  if (x.groups > 0)
    throw node.error("works on channels that a Reshape split; fxe reads a channel shuffle only");
  return x;
}

void apply_onnx(OnnxImport& import, const OnnxNode& node, const OnnxFlow& x, const OnnxStep& step,
                std::optional<Activation> act) {
  OnnxFunction y{.node = node, .inputs = {function_of(node, x)}, .act = act};
  y.value = step(import.algebra, y.inputs[0]->value);
  finish(import, x, std::move(y));
}

void affine_onnx(OnnxImport& import, const OnnxNode& node, const OnnxFlow& x, double a, double b) {
  OnnxFunction y{.node = node, .inputs = {function_of(node, x)}, .affine = std::pair(a, b)};
  y.value = import.algebra.affine(y.inputs[0]->value, a, b);
  finish(import, x, std::move(y));
}

bool join_onnx(OnnxImport& import, const OnnxNode& node, const OnnxFlow& a, const OnnxFlow& b,
               const OnnxJoint& joint, bool is_sum) {
  // Sizes alone do not tell layouts apart.
  const auto dims = import.shape(a);
  if (a.id != b.id || dims != import.shape(b) || (dims.size() == 4 && a.nhwc != b.nhwc)) return false;
  OnnxFunction y{.node = node, .inputs = {function_of(node, a), function_of(node, b)}, .sum = is_sum};
  y.value = joint(import.algebra, y.inputs[0]->value, y.inputs[1]->value);
  finish(import, a, std::move(y));
  return true;
}

}  // namespace fxe
