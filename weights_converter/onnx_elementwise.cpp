// SPDX-License-Identifier: Apache-2.0
// Operators that compute each element, or each pixel's channels, for itself: they extend the function that a
// flow has become (onnx_function.h).
#include "weights_converter/onnx_elementwise.h"

#include <cmath>

#include "weights_converter/printable.h"

namespace fxe {

namespace {

using Function = std::shared_ptr<const OnnxFunction>;

constexpr int kMaxDepth = 24;
constexpr size_t kMaxNumbers = 32;

// What exporters end with: no longer spelling goes on from it.
bool is_complete(const Activation& act) {
  using Kind = Activation::Kind;
  return act.kind != Kind::sigmoid && act.kind != Kind::hard_sigmoid && act.kind != Kind::clip;
}

Function function_of(const OnnxNode& node, const OnnxFlow& x) {
  if (x.function) return x.function;
  OnnxFunction identity{.samples = sample_pixels(), .node = node};
  identity.made = x.id;
  return std::make_shared<const OnnxFunction>(std::move(identity));
}

void finish(OnnxImport& import, OnnxFlow x, OnnxFunction f) {
  for (const Function& input : f.inputs) {
    for (const double number : input->numbers)
      if (f.numbers.size() < kMaxNumbers) f.numbers.push_back(number);
    f.depth = std::max(f.depth, input->depth + 1);
  }
  const OnnxNode node = f.node;
  const auto act = as_activation(f);
  const bool complete = f.depth >= kMaxDepth || (f.act && is_complete(*f.act)) ||
                        (act && is_complete(*act)) || as_layer_norm(f);
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
    throw node.error("works on channels that a Reshape split; fxe reads such as a channel shuffle only");
  return x;
}

void apply_onnx(OnnxImport& import, const OnnxNode& node, const OnnxFlow& x,
                const std::function<double(double)>& f, std::optional<Activation> act) {
  OnnxFunction y{.node = node, .inputs = {function_of(node, x)}, .act = act};
  for (const double v : y.inputs[0]->samples) y.samples.push_back(f(v));
  finish(import, x, std::move(y));
}

void affine_onnx(OnnxImport& import, const OnnxNode& node, const OnnxFlow& x, double a, double b) {
  OnnxFunction y{
      .numbers = {a, b}, .node = node, .inputs = {function_of(node, x)}, .affine = std::pair(a, b)};
  for (const double v : y.inputs[0]->samples) y.samples.push_back(a * v + b);
  finish(import, x, std::move(y));
}

void channel_mean_onnx(OnnxImport& import, const OnnxNode& node, const OnnxFlow& x) {
  OnnxFunction y{.node = node, .inputs = {function_of(node, x)}};
  y.samples = y.inputs[0]->samples;
  for (auto pixel = y.samples.begin(); pixel != y.samples.end(); pixel += kSampleChannels) {
    double mean = 0;
    for (auto v = pixel; v != pixel + kSampleChannels; ++v) mean += *v / static_cast<double>(kSampleChannels);
    std::fill(pixel, pixel + kSampleChannels, mean);
  }
  finish(import, x, std::move(y));
}

bool join_onnx(OnnxImport& import, const OnnxNode& node, const OnnxFlow& a, const OnnxFlow& b,
               double (*f)(double, double), bool is_sum) {
  if (a.id != b.id || a.nhwc != b.nhwc) return false;
  OnnxFunction y{.node = node, .inputs = {function_of(node, a), function_of(node, b)}, .sum = is_sum};
  for (size_t i = 0; i < sample_pixels().size(); ++i)
    y.samples.push_back(f(y.inputs[0]->samples[i], y.inputs[1]->samples[i]));
  finish(import, a, std::move(y));
  return true;
}

}  // namespace fxe
