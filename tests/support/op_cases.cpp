// SPDX-License-Identifier: Apache-2.0
#include "tests/support/op_cases.h"

#include <fmt/ranges.h>

namespace fxe::test {

namespace {

Conv2d conv(int64_t k, int64_t size, int64_t stride = 1, int64_t pad = 0) {
  return {
      .k = k, .filter = {size, size}, .stride = {stride, stride}, .pad = {pad, pad, pad, pad}, .weight = "w"};
}

Conv2d with(Conv2d op, bool bias, bool residual, Activation act = {}) {
  if (bias) op.bias = "b";
  op.add_residual = residual;
  op.act = act;
  return op;
}

Pool2d pool(Pool2d::Kind kind, int64_t size, int64_t stride, int64_t pad = 0, bool ceil = false,
            bool count = false) {
  return {.kind = kind,
          .filter = {size, size},
          .stride = {stride, stride},
          .pad = {pad, pad, pad, pad},
          .ceil_mode = ceil,
          .count_padding = count};
}

const std::vector<Activation> kActivations{Activation::none(),      Activation::relu(),
                                           Activation::relu6(),     Activation::leaky_relu(0.25f),
                                           Activation::clip(-1, 2), Activation::hard_sigmoid(0.25f, 0.5f)};
const std::vector<Activation> kCurves{Activation::sigmoid(),    Activation::hard_sigmoid(),
                                      Activation::hard_swish(), Activation::silu(),
                                      Activation::gelu(),       Activation::gelu_tanh()};

class Cases {
 public:
  std::vector<OpCase> list;

  void add(Op op, std::vector<Shape> shapes, double input_scale = 1) {
    list.push_back({std::move(op), std::move(shapes), input_scale});
  }

  // The residual's shape is the output's.
  void add_conv(const Conv2d& op, const Shape& x) {
    Conv2d plain = op;
    plain.add_residual = false;
    std::vector<Shape> shapes{x};
    if (op.add_residual) shapes.push_back(output_shape(plain, {x}));
    add(op, shapes);
  }

  void convolutions() {
    add_conv(conv(1, 1), {1, 1, 1, 1});
    add_conv(conv(16, 3, 1, 1), {1, 8, 9, 9});
    add_conv(conv(64, 7, 2, 3), {1, 3, 32, 32});                                          // ResNet's stem
    add_conv(with(conv(64, 11, 4, 2), true, false, Activation::relu()), {1, 3, 47, 47});  // AlexNet's
    add_conv(with(conv(24, 5, 1, 2), true, false), {3, 10, 7, 7});
    add_conv(conv(32, 1), {3, 64, 5, 5});
    add_conv(conv(32, 1, 2), {1, 16, 9, 9});
    add_conv(conv(13, 3, 2, 1), {3, 7, 10, 9});    // channels that fill no vector
    add_conv(conv(5, 2), {1, 3, 6, 5});            // even filter
    add_conv(conv(512, 3, 1, 1), {1, 512, 3, 3});  // long sums
    add_conv({.k = 6, .filter = {1, 7}, .pad = {0, 3, 0, 3}, .weight = "w"}, {1, 4, 8, 9});
    add_conv({.k = 6, .filter = {3, 2}, .stride = {2, 3}, .weight = "w"}, {1, 4, 8, 9});
    add_conv({.k = 8, .filter = {3, 3}, .stride = {2, 2}, .pad = {0, 0, 1, 1}, .weight = "w"}, {1, 8, 8, 8});
    add_conv({.k = 8, .filter = {3, 3}, .pad = {2, 0, 1, 3}, .weight = "w"}, {3, 5, 6, 7});
    add_conv({.k = 8, .filter = {3, 3}, .pad = {2, 2, 2, 2}, .dilation = {2, 2}, .weight = "w"},
             {1, 8, 9, 9});
    add_conv({.k = 4, .filter = {3, 2}, .pad = {0, 1, 2, 0}, .dilation = {1, 3}, .weight = "w"},
             {1, 3, 7, 9});
    add_conv({.k = 3, .filter = {3, 3}, .pad = {4, 4, 4, 4}, .weight = "w"}, {1, 2, 2, 2});  // mostly padding
    Conv2d grouped = conv(12, 3, 1, 1);
    grouped.groups = 2;
    add_conv(with(grouped, true, false), {1, 8, 6, 6});
    grouped.k = 32, grouped.groups = 4;
    add_conv(with(grouped, false, true, Activation::relu()), {3, 32, 5, 5});
    for (const int64_t stride : {1, 2})
      for (const int64_t c : {8, 13, 32}) {
        Conv2d depthwise = conv(c, 3, stride, 1);
        depthwise.groups = c;
        add_conv(with(depthwise, true, false, Activation::relu6()), {1, c, 9, 9});
        depthwise.pad = {0, 0, 1, 1};
        add_conv(with(depthwise, false, false), {3, c, 8, 8});
      }
    Conv2d multiplied = conv(12, 3, 1, 1);  // two outputs per channel
    multiplied.groups = 6;
    add_conv(multiplied, {1, 6, 5, 5});
    for (const Activation& act : kActivations)
      for (const bool bias : {false, true})
        for (const bool residual : {false, true}) {
          add_conv(with(conv(16, 3, 1, 1), bias, residual, act), {1, 8, 6, 6});
          add_conv(with(conv(10, 1), bias, residual, act), {3, 12, 4, 5});
        }
    add_conv(with(conv(32, 3, 2, 1), true, true, Activation::relu()), {3, 16, 14, 14});
    for (const Activation& act : kCurves) {
      add_conv(with(conv(16, 3, 1, 1), true, true, act), {1, 8, 6, 6});
      add_conv(with(conv(13, 1), true, false, act), {3, 12, 4, 5});  // channels that fill no vector
      Conv2d depthwise = conv(24, 5, 1, 2);
      depthwise.groups = 24;
      add_conv(with(depthwise, true, false, act), {1, 24, 7, 7});
    }
  }

  void pools() {
    for (const auto kind : {Pool2d::Kind::max, Pool2d::Kind::average}) {
      add(pool(kind, 2, 2), {{1, 8, 8, 8}});
      add(pool(kind, 3, 2), {{3, 13, 13, 13}});
      add(pool(kind, 3, 2, 1), {{1, 64, 16, 16}});
      add(pool(kind, 3, 2, 0, true), {{1, 6, 8, 8}});  // Caffe's rounding: a last, partial window
      add(pool(kind, 3, 2, 1, true), {{1, 6, 8, 7}});
      add(pool(kind, 2, 3, 0, true), {{1, 6, 7, 6}});  // a window that would start past the input is dropped
      add(pool(kind, 3, 1, 1), {{1, 16, 5, 5}});
      add(pool(kind, 4, 4), {{1, 5, 4, 4}});
      add(Pool2d{.kind = kind, .filter = {3, 2}, .stride = {1, 2}, .pad = {1, 0, 0, 1}}, {{1, 7, 6, 7}});
    }
    add(pool(Pool2d::Kind::average, 3, 2, 1, false, true), {{1, 16, 9, 9}});
    add(pool(Pool2d::Kind::average, 3, 2, 1, true, true), {{3, 5, 8, 8}});
    for (const Shape& x : {Shape{1, 8, 7, 7}, Shape{3, 13, 4, 4}, Shape{1, 512, 1, 1}, Shape{2, 3, 5, 6}})
      add(GlobalAveragePool{}, {x});
  }

  void rows() {
    for (const bool bias : {false, true}) {
      add(Linear{.k = 10, .weight = "w", .bias = bias ? "b" : ""}, {{1, 64}});
      add(Linear{.k = 13, .weight = "w", .bias = bias ? "b" : "", .act = Activation::relu()},
          {{3, 27, 1, 1}});
    }
    for (const Activation& act : kActivations)
      add(Linear{.k = 16, .weight = "w", .bias = "b", .act = act}, {{3, 40}});
    for (const Activation& act : kCurves)
      add(Linear{.k = 16, .weight = "w", .bias = "b", .act = act}, {{3, 40}});
    add(Linear{.k = 100, .weight = "w", .bias = "b"}, {{1, 2048}});
    add(Linear{.k = 1, .weight = "w"}, {{3, 5}});
    for (const int64_t n : {9, 33})  // more than a GEMV's
      add(Linear{.k = 13, .weight = "w", .bias = "b", .act = Activation::relu()}, {{n, 70}});
    add(Softmax{}, {{1, 10}});
    add(Softmax{}, {{3, 1000}});
    add(Softmax{}, {{3, 7, 1, 1}});
    add(Softmax{}, {{2, 1}});
    add(Softmax{}, {{3, 100}}, 60);  // past +-88 an exponential without the maximum taken off overflows
    add(Flatten{}, {{3, 6, 5, 4}});
    add(Flatten{}, {{1, 16, 6, 6}});
    add(Flatten{}, {{3, 20, 1, 1}});
    add(Flatten{}, {{3, 20}});
  }

  void elementwise() {
    for (const Activation& act : kActivations) {
      add(Activate{act}, {{3, 16, 5, 5}});
      add(Add{act}, {{1, 16, 6, 6}, {1, 16, 6, 6}});
      add(Add{act}, {{3, 13, 3, 5}, {3, 13, 3, 5}});
    }
    for (const Activation& act : kCurves) {
      for (const double scale : {1, 5, 60})  // past +-88 an exponential overflows
        add(Activate{act}, {{3, 16, 5, 5}}, scale);
      add(Activate{act}, {{1, 13, 3, 3}});
      add(Activate{act}, {{3, 30}});
      add(Add{act}, {{3, 13, 3, 5}, {3, 13, 3, 5}});
    }
    add(Activate{Activation::hard_sigmoid(0.2f, 0.5f)}, {{1, 7, 3, 3}}, 2);
    add(Activate{Activation::relu()}, {{3, 30}});
    add(Activate{Activation::leaky_relu(0.1f)}, {{1, 7, 3, 3}});
    add(Add{}, {{3, 30}, {3, 30}});
    const BatchNorm norm{"scale", "shift", "mean", "variance"};
    add(norm, {{1, 16, 6, 6}});
    add(norm, {{3, 13, 5, 4}});
    add(norm, {{3, 20}});
    for (const Shape& x : {Shape{1, 16, 6, 6}, Shape{3, 13, 5, 4}, Shape{3, 20}}) {
      add(Scale{.scale = "factor", .shift = "offset"}, {x});
      add(Scale{.scale = "factor"}, {x});
      add(Scale{.shift = "offset"}, {x});
      add(Scale{.scale = "factor", .shift = "offset", .act = Activation::relu()}, {x});
      add(PRelu{"slope"}, {x});
      for (const double scale : {1, 100}) add(LayerNorm{"scale", "shift"}, {x}, scale);
      add(LayerNorm{.epsilon = 1e-6}, {x});
      add(LayerNorm{.scale = "scale", .epsilon = 0.1}, {x}, 0.1);
      add(LayerNorm{.shift = "shift"}, {x});
    }
    add(Scale{.scale = "factor", .shift = "offset", .act = Activation::silu()}, {{3, 13, 5, 4}});
    add(Scale{.scale = "factor", .shift = "offset", .act = Activation::clip(1, 2)}, {{3, 13, 5, 4}});
    add(LayerNorm{"scale", "shift"}, {{2, 384, 3, 7}});
    add(LayerNorm{"scale", "shift"}, {{2, 8, 2, 37}});
    add(LayerNorm{"scale", "shift"}, {{2, 768, 1, 1}});
    add(LayerNorm{"scale", "shift"}, {{2, 1, 3, 3}});
    add(ChannelGate{}, {{1, 16, 6, 6}, {1, 16, 1, 1}});
    add(ChannelGate{}, {{3, 13, 5, 4}, {3, 13, 1, 1}});
    add(ChannelGate{}, {{3, 24, 5, 4}, {3, 24}});
    add(ChannelGate{}, {{2, 40, 1, 1}, {2, 40}});
  }

  void channels() {
    add(Concat{}, {{1, 8, 5, 5}, {1, 16, 5, 5}});
    add(Concat{}, {{3, 5, 4, 3}, {3, 3, 4, 3}});
    add(Concat{}, {{3, 64, 3, 3}, {3, 1, 3, 3}, {3, 16, 3, 3}});
    add(Concat{}, {{3, 6}, {3, 4}});
    for (const Shape& x : {Shape{1, 24, 5, 5}, Shape{3, 58, 4, 3}, Shape{2, 6, 1, 1}}) {
      add(ChannelShuffle{1}, {x});
      add(ChannelShuffle{2}, {x});
      add(ChannelShuffle{x[1]}, {x});
      add(ChannelSlice{.first = 0, .count = x[1] / 2}, {x});
      add(ChannelSlice{.first = x[1] / 2, .count = x[1] - x[1] / 2}, {x});
      add(ChannelSlice{.first = 1, .count = 3}, {x});
      add(ChannelSlice{.first = 0, .count = x[1]}, {x});
    }
    add(ChannelShuffle{3}, {{3, 240, 3, 5}});
    add(ChannelShuffle{8}, {{1, 96, 4, 4}});
    for (const Shape& x : {Shape{1, 16, 5, 5}, Shape{3, 13, 4, 3}}) {
      add(ZeroPad{{1, 1, 1, 1}}, {x});
      add(ZeroPad{{0, 1, 2, 3}}, {x});
      add(ZeroPad{{0, 0, 7, 0}}, {x});
    }
    add(Lrn{}, {{1, 16, 5, 5}}, 10);
    add(Lrn{.size = 5, .alpha = 1e-4f, .beta = 0.75f, .k = 2}, {{3, 13, 4, 4}}, 100);
    add(Lrn{.size = 3, .alpha = 1, .beta = 0.5f, .k = 1}, {{1, 7, 3, 3}});
    add(Lrn{.size = 7, .alpha = 0.5f, .beta = 0.75f, .k = 1}, {{1, 3, 3, 3}});  // wider than the channels
    add(ShortcutPad{.stride = {2, 2}, .before = 8, .after = 8}, {{1, 16, 8, 8}});
    add(ShortcutPad{.stride = {2, 2}, .before = 3, .after = 4}, {{3, 7, 5, 7}});
    add(ShortcutPad{.stride = {1, 1}, .before = 0, .after = 16}, {{1, 16, 4, 4}});
    add(ShortcutPad{.stride = {2, 2}}, {{1, 8, 6, 6}});
  }
};

}  // namespace

std::string OpCase::str() const {
  std::vector<std::string> inputs;
  for (const Shape& shape : shapes) inputs.push_back(shape.str());
  return fmt::format("{} on {}{}", op_str(op), fmt::join(inputs, " "),
                     input_scale == 1 ? "" : fmt::format(" scale={}", input_scale));
}

std::vector<OpCase> op_cases() {
  Cases cases;
  cases.convolutions();
  cases.pools();
  cases.rows();
  cases.elementwise();
  cases.channels();
  return cases.list;
}

}  // namespace fxe::test
