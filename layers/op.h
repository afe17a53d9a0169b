// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>

#include "layers/activation.h"

// The operations, as data. A new one is a struct here and a row in the list at the end;
// docs/design/overview.md says what else it needs, and the build stops until that is there. A struct has
//   kName       its name in graphs, plans and files
//   fields()    its fields by name; only if it has any
//   kMovesData  if it computes nothing: every output element is an input's, or 0
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
  static constexpr const char* kName = "input";
  static constexpr bool kMovesData = true;
  int64_t c = 3, h = 224, w = 224;
  static void fields(auto& o, auto& visit) { visit("c", o.c), visit("h", o.h), visit("w", o.w); }
  bool operator==(const Input&) const = default;
};

// y = act(conv(x) + bias + residual); zero padding; cross-correlation. Inputs: x [n c h w], and with
// add_residual a second one of y's shape [n k p q],
//   p = (h + top + bottom - dilation.h * (r - 1) - 1) / stride.h + 1, rounded down; q alike.
// Depthwise: groups = c.
struct Conv2d {
  static constexpr const char* kName = "conv2d";
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
  static void fields(auto& o, auto& visit) {
    visit("k", o.k), visit("filter", o.filter), visit("stride", o.stride), visit("pad", o.pad),
        visit("dilation", o.dilation), visit("groups", o.groups), visit("weight", o.weight),
        visit("bias", o.bias), visit("add_residual", o.add_residual), visit("act", o.act);
  }
  bool operator==(const Conv2d&) const = default;
};

// y = (x - mean) / sqrt(variance + epsilon) * scale + shift, per channel; all four [c]. Folded into the
// convolution before it if there is one (layers/optimize.h).
struct BatchNorm {
  static constexpr const char* kName = "batch_norm";
  std::string scale, shift, mean, variance;
  double epsilon = 1e-5;
  static void fields(auto& o, auto& visit) {
    visit("scale", o.scale), visit("shift", o.shift), visit("mean", o.mean), visit("variance", o.variance),
        visit("epsilon", o.epsilon);
  }
  bool operator==(const BatchNorm&) const = default;
};

// y = act(x * scale + shift), per channel; both [c], and one may be absent. Layer scale, Caffe's Scale, and
// what optimize() makes of a BatchNorm that no convolution can absorb.
struct Scale {
  static constexpr const char* kName = "scale";
  std::string scale;  // empty: 1
  std::string shift;  // empty: 0
  Activation act;
  static void fields(auto& o, auto& visit) {
    visit("scale", o.scale), visit("shift", o.shift), visit("act", o.act);
  }
  bool operator==(const Scale&) const = default;
};

// Each pixel over its channels: y = (x - m) / sqrt(v + epsilon) * scale + shift, with m the mean of the
// pixel's c values and v the mean of (x - m)^2; scale and shift per channel, [c]. x [n c h w] or [n c].
struct LayerNorm {
  static constexpr const char* kName = "layer_norm";
  std::string scale;  // empty: 1
  std::string shift;  // empty: 0
  double epsilon = 1e-5;
  static void fields(auto& o, auto& visit) {
    visit("scale", o.scale), visit("shift", o.shift), visit("epsilon", o.epsilon);
  }
  bool operator==(const LayerNorm&) const = default;
};

// ceil_mode: p is rounded up instead of down, and a window that would start past the input and its leading
// padding is dropped (PyTorch, Caffe). Max pooling ignores padding, and a NaN in its window wins; a window
// wholly in padding is an error of the graph. Average pooling divides by the window's size inside the input,
// or with count_padding by its size inside the padded input.
struct Pool2d {
  static constexpr const char* kName = "pool2d";
  enum class Kind { max, average };
  Kind kind = Kind::max;
  Extent2 filter;
  Extent2 stride;
  Padding2 pad;
  bool ceil_mode = false;
  bool count_padding = false;
  static void fields(auto& o, auto& visit) {
    visit("kind", o.kind), visit("filter", o.filter), visit("stride", o.stride), visit("pad", o.pad),
        visit("ceil_mode", o.ceil_mode), visit("count_padding", o.count_padding);
  }
  bool operator==(const Pool2d&) const = default;
};

// Mean over h and w: [n c h w] -> [n c 1 1].
struct GlobalAveragePool {
  static constexpr const char* kName = "global_average_pool";
  bool operator==(const GlobalAveragePool&) const = default;
};

// y = act(x W^T + bias): x [n c] or [n c 1 1] -> [n k].
struct Linear {
  static constexpr const char* kName = "linear";
  int64_t k = 1;
  std::string weight;  // [k, c]
  std::string bias;    // [k]; empty: none
  Activation act;
  static void fields(auto& o, auto& visit) {
    visit("k", o.k), visit("weight", o.weight), visit("bias", o.bias), visit("act", o.act);
  }
  bool operator==(const Linear&) const = default;
};

// y = act(x).
struct Activate {
  static constexpr const char* kName = "activate";
  Activation act;
  static void fields(auto& o, auto& visit) { visit("act", o.act); }
  bool operator==(const Activate&) const = default;
};

// y = x >= 0 ? x : slope * x, with one slope per channel, [c]. x [n c h w] or [n c].
struct PRelu {
  static constexpr const char* kName = "prelu";
  std::string slope;
  static void fields(auto& o, auto& visit) { visit("slope", o.slope); }
  bool operator==(const PRelu&) const = default;
};

// y = act(a + b), same shapes.
struct Add {
  static constexpr const char* kName = "add";
  Activation act;
  static void fields(auto& o, auto& visit) { visit("act", o.act); }
  bool operator==(const Add&) const = default;
};

// Two or more inputs, joined along channels.
struct Concat {
  static constexpr const char* kName = "concat";
  static constexpr bool kMovesData = true;
  bool operator==(const Concat&) const = default;
};

// y = x * gate: x [n c h w] times one number per image and channel, gate [n c 1 1] or [n c]. Inputs: x, gate.
struct ChannelGate {
  static constexpr const char* kName = "channel_gate";
  bool operator==(const ChannelGate&) const = default;
};

// Swaps the axes of the channels seen as [groups, c / groups]: channel g * (c / groups) + i becomes channel
// i * groups + g. [n c h w].
struct ChannelShuffle {
  static constexpr const char* kName = "channel_shuffle";
  static constexpr bool kMovesData = true;
  int64_t groups = 1;  // divides c
  static void fields(auto& o, auto& visit) { visit("groups", o.groups); }
  bool operator==(const ChannelShuffle&) const = default;
};

// Channels first to first + count - 1: [n c h w] -> [n count h w].
struct ChannelSlice {
  static constexpr const char* kName = "channel_slice";
  static constexpr bool kMovesData = true;
  int64_t first = 0, count = 1;
  static void fields(auto& o, auto& visit) { visit("first", o.first), visit("count", o.count); }
  bool operator==(const ChannelSlice&) const = default;
};

// Rows and columns of zeros around each image: [n c h w] -> [n c top + h + bottom, left + w + right].
// optimize() moves it into the convolutions that read it.
struct ZeroPad {
  static constexpr const char* kName = "zero_pad";
  static constexpr bool kMovesData = true;
  Padding2 pad;
  static void fields(auto& o, auto& visit) { visit("pad", o.pad); }
  bool operator==(const ZeroPad&) const = default;
};

// [n c h w] -> [n c*h*w], in the order of the plain layout.
struct Flatten {
  static constexpr const char* kName = "flatten";
  static constexpr bool kMovesData = true;
  bool operator==(const Flatten&) const = default;
};

// Over the channels of [n c] or [n c 1 1].
struct Softmax {
  static constexpr const char* kName = "softmax";
  bool operator==(const Softmax&) const = default;
};

// Local response normalisation across channels (Krizhevsky 2012; scaled as in Caffe and PyTorch):
// y = x / (k + alpha / size * sum of x^2 over the `size` channels centred on this one) ^ beta; zeros outside.
struct Lrn {
  static constexpr const char* kName = "lrn";
  int64_t size = 5;
  float alpha = 1e-4f, beta = 0.75f, k = 1;
  static void fields(auto& o, auto& visit) {
    visit("size", o.size), visit("alpha", o.alpha), visit("beta", o.beta), visit("k", o.k);
  }
  bool operator==(const Lrn&) const = default;
};

// Shortcut "type A" of He et al.'s CIFAR ResNets: every stride-th row and column from the first, with zero
// channels before and after:
// [n c h w] -> [n before + c + after, ceil(h / stride), ceil(w / stride)].
struct ShortcutPad {
  static constexpr const char* kName = "shortcut_pad";
  static constexpr bool kMovesData = true;
  Extent2 stride;
  int64_t before = 0, after = 0;
  static void fields(auto& o, auto& visit) {
    visit("stride", o.stride), visit("before", o.before), visit("after", o.after);
  }
  bool operator==(const ShortcutPad&) const = default;
};

// Every operation, once: X(Name) for each.
// clang-format off
#define FXE_OPERATIONS(X) \
  X(Input) \
  X(Conv2d) \
  X(BatchNorm) \
  X(Scale) \
  X(LayerNorm) \
  X(Pool2d) \
  X(GlobalAveragePool) \
  X(Linear) \
  X(Activate) \
  X(PRelu) \
  X(Add) \
  X(ChannelGate) \
  X(Concat) \
  X(ChannelShuffle) \
  X(ChannelSlice) \
  X(ZeroPad) \
  X(Flatten) \
  X(Softmax) \
  X(Lrn) \
  X(ShortcutPad)
// clang-format on

template <class Nothing, class... Operations>
using OneOf = std::variant<Operations...>;
#define FXE_NEXT(O) , O
using Op = OneOf<void FXE_OPERATIONS(FXE_NEXT)>;
#undef FXE_NEXT

// Its output holds elements of its inputs and zeros; nothing is computed.
template <class O>
concept MovesData = requires {
  requires O::kMovesData;
};

// visit(name, field) for every field, in order.
template <class O, class Visit>
void visit_fields(O& op, Visit&& visit) {
  if constexpr (!std::is_empty_v<O>) op.fields(op, visit);
}

std::string op_name(const Op&);  // "conv2d", "pool2d", ...
std::string op_str(const Op&);   // with its parameters, on one line, as inspect prints it

}  // namespace fxe
