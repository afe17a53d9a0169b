// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "layers/activation.h"

// The operations, as data. A new one is added here, to the variant at the end, and to what the compiler then
// asks for: its shape and cost (layers/shape_rules.cpp, layers/cost.cpp) and one prepare() in every backend
// (layers/backend.h).
//
// Tensors are [n c h w]; fields name weights of the Model by their names in the source framework. Sizes of
// weights are given with the field. Every operation is computed in exact arithmetic by definition; backends
// say how they round.
namespace fxe {

struct Extent2 {
  int64_t h = 1, w = 1;
  bool operator==(const Extent2&) const = default;
};

struct Padding2 {
  int64_t top = 0, left = 0, bottom = 0, right = 0;
  bool operator==(const Padding2&) const = default;
  bool any() const { return top || left || bottom || right; }
};

// The network's input, always node 0: x [n c h w] fp32.
struct Input {
  int64_t c = 3, h = 224, w = 224;
  bool operator==(const Input&) const = default;
};

// y = act(conv(x) + bias + residual); zero padding; cross-correlation. Inputs: x [n c h w], and with
// add_residual a second one of y's shape [n k p q],
//   p = (h + top + bottom - dilation.h * (r - 1) - 1) / stride.h + 1, rounded down; q alike.
// Depthwise: groups = c.
struct Conv2d {
  int64_t k = 1;   // output channels, a multiple of groups
  Extent2 filter;  // r s
  Extent2 stride;
  Padding2 pad;
  Extent2 dilation;
  int64_t groups = 1;
  std::string weight;  // [k, c / groups, r, s]
  std::string bias;    // [k]; empty if none
  bool add_residual = false;
  Activation act;
  bool operator==(const Conv2d&) const = default;
};

// y = (x - mean) / sqrt(variance + epsilon) * scale + shift, per channel; all four [c]. Folded into the
// convolution before it if there is one (layers/optimize.h).
struct BatchNorm {
  std::string scale, shift, mean, variance;
  double epsilon = 1e-5;
  bool operator==(const BatchNorm&) const = default;
};

// y = act(x * scale + shift), per channel; both [c], and one may be absent. Layer scale, Caffe's Scale, and
// what optimize() makes of a BatchNorm that no convolution can absorb.
struct Scale {
  std::string scale;  // empty: 1
  std::string shift;  // empty: 0
  Activation act;
  bool operator==(const Scale&) const = default;
};

// Each pixel over its channels: y = (x - m) / sqrt(v + epsilon) * scale + shift, with m the mean of the
// pixel's c values and v the mean of (x - m)^2; scale and shift per channel, [c]. x [n c h w] or [n c].
struct LayerNorm {
  std::string scale;  // empty: 1
  std::string shift;  // empty: 0
  double epsilon = 1e-5;
  bool operator==(const LayerNorm&) const = default;
};

// ceil_mode: p is rounded up instead of down, and a window that would start past the input and its leading
// padding is dropped (PyTorch, Caffe). Max pooling ignores padding, and a NaN in its window wins; a window
// wholly in padding is an error of the graph. Average pooling divides by the window's size inside the input,
// or with count_padding by its size inside the padded input.
struct Pool2d {
  enum class Kind { max, average };
  Kind kind = Kind::max;
  Extent2 filter;
  Extent2 stride;
  Padding2 pad;
  bool ceil_mode = false;
  bool count_padding = false;
  bool operator==(const Pool2d&) const = default;
};

// Mean over h and w: [n c h w] -> [n c 1 1].
struct GlobalAveragePool {
  bool operator==(const GlobalAveragePool&) const = default;
};

// y = act(x W^T + bias): x [n c] or [n c 1 1] -> [n k].
struct Linear {
  int64_t k = 1;
  std::string weight;  // [k, c]
  std::string bias;    // [k]; empty: none
  Activation act;
  bool operator==(const Linear&) const = default;
};

// y = act(x).
struct Activate {
  Activation act;
  bool operator==(const Activate&) const = default;
};

// y = x >= 0 ? x : slope * x, with one slope per channel, [c]. x [n c h w] or [n c].
struct PRelu {
  std::string slope;
  bool operator==(const PRelu&) const = default;
};

// y = act(a + b), same shapes.
struct Add {
  Activation act;
  bool operator==(const Add&) const = default;
};

// Two or more inputs, joined along channels.
struct Concat {
  bool operator==(const Concat&) const = default;
};

// y = x * gate: x [n c h w] times one number per image and channel, gate [n c 1 1] or [n c]. Inputs: x, gate.
struct ChannelGate {
  bool operator==(const ChannelGate&) const = default;
};

// Swaps the axes of the channels seen as [groups, c / groups]: channel g * (c / groups) + i becomes channel
// i * groups + g. [n c h w].
struct ChannelShuffle {
  int64_t groups = 1;  // divides c
  bool operator==(const ChannelShuffle&) const = default;
};

// Channels first to first + count - 1: [n c h w] -> [n count h w].
struct ChannelSlice {
  int64_t first = 0, count = 1;
  bool operator==(const ChannelSlice&) const = default;
};

// Rows and columns of zeros around each image: [n c h w] -> [n c top + h + bottom, left + w + right].
// optimize() moves it into the convolutions that read it.
struct ZeroPad {
  Padding2 pad;
  bool operator==(const ZeroPad&) const = default;
};

// [n c h w] -> [n c*h*w], in the order of the plain layout.
struct Flatten {
  bool operator==(const Flatten&) const = default;
};

// Over the channels of [n c] or [n c 1 1].
struct Softmax {
  bool operator==(const Softmax&) const = default;
};

// Local response normalisation across channels (Krizhevsky 2012; scaled as in Caffe and PyTorch):
// y = x / (k + alpha / size * sum of x^2 over the `size` channels centred on this one) ^ beta; zeros outside.
struct Lrn {
  int64_t size = 5;
  float alpha = 1e-4f, beta = 0.75f, k = 1;
  bool operator==(const Lrn&) const = default;
};

// Shortcut "type A" of He et al.'s CIFAR ResNets: every stride-th row and column from the first, with zero
// channels before and after:
// [n c h w] -> [n before + c + after, ceil(h / stride), ceil(w / stride)].
struct ShortcutPad {
  Extent2 stride;
  int64_t before = 0, after = 0;
  bool operator==(const ShortcutPad&) const = default;
};

using Op = std::variant<Input, Conv2d, BatchNorm, Scale, LayerNorm, Pool2d, GlobalAveragePool, Linear,
                        Activate, PRelu, Add, ChannelGate, Concat, ChannelShuffle, ChannelSlice, ZeroPad,
                        Flatten, Softmax, Lrn, ShortcutPad>;

std::string op_name(const Op&);  // "conv2d", "pool2d", ...
std::string op_str(const Op&);   // with its parameters, on one line, as inspect prints it

}  // namespace fxe
