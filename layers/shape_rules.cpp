// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/error.h"
#include "layers/graph.h"

namespace fxe {

namespace {

constexpr int64_t kMaxElements = (int64_t{1} << 31) - 1;  // of a value or a weight
constexpr int64_t kMaxSize = int64_t{1} << 20;            // of a filter, stride, padding or dilation

constexpr size_t kMaxInputs = 256;

using Inputs = std::vector<Shape>;

void expect_inputs(const Inputs& inputs, size_t count) {
  if (inputs.size() != count) throw bad_input("expected {} input(s), found {}", count, inputs.size());
}

const Shape& only_input(const Inputs& inputs) {
  expect_inputs(inputs, 1);
  return inputs[0];
}

const Shape& image_input(const Inputs& inputs) {
  const Shape& x = only_input(inputs);
  if (x.rank() != 4) throw bad_input("expected an input [n c h w], found {}", x.str());
  return x;
}

// [n c] or [n c h w].
const Shape& channels_input(const Inputs& inputs) {
  const Shape& x = only_input(inputs);
  if (x.rank() != 2 && x.rank() != 4)
    throw bad_input("expected an input [n c] or [n c h w], found {}", x.str());
  return x;
}

// [n c] or [n c 1 1].
const Shape& row_input(const Inputs& inputs) {
  const Shape& x = only_input(inputs);
  if (!(x.rank() == 2 || (x.rank() == 4 && x[2] == 1 && x[3] == 1)))
    throw bad_input("expected an input [n c] or [n c 1 1], found {}", x.str());
  return x;
}

void expect_range(const char* what, int64_t value, int64_t low, int64_t high = kMaxSize) {
  if (value < low || value > high) throw bad_input("{} must be in {}..{}, found {}", what, low, high, value);
}

void expect_extent(const char* what, Extent2 e) {
  expect_range(what, e.h, 1);
  expect_range(what, e.w, 1);
}

void expect_padding(const Padding2& pad) {
  for (const int64_t p : {pad.top, pad.left, pad.bottom, pad.right}) expect_range("padding", p, 0);
}

void expect_act(const Activation& act) {
  if (act.kind == Activation::Kind::clip && !(act.low <= act.high))
    throw bad_input("clip needs low <= high, found {}", act.str());
  if (!std::isfinite(act.slope) || !std::isfinite(act.offset))
    throw bad_input("expected a finite slope and offset, found {}", act.str());
}

int64_t conv_extent(const char* axis, int64_t size, int64_t filter, int64_t stride, int64_t padding,
                    int64_t dilation) {
  const int64_t reach = dilation * (filter - 1) + 1;
  if (size + padding < reach)
    throw bad_input("a filter that spans {} does not fit in {} {} with {} of padding", reach, axis, size,
                    padding);
  return (size + padding - reach) / stride + 1;
}

int64_t pool_extent(const char* axis, int64_t size, int64_t filter, int64_t stride, int64_t before,
                    int64_t after, bool ceil_mode) {
  const int64_t room = size + before + after - filter + (ceil_mode ? stride - 1 : 0);
  if (room < 0)
    throw bad_input("a window of {} does not fit in {} {} with {} of padding", filter, axis, size,
                    before + after);
  int64_t windows = room / stride + 1;
  if (ceil_mode && (windows - 1) * stride >= size + before) --windows;
  if (before >= filter || (windows - 1) * stride - before >= size)
    throw bad_input("a window of {} lies wholly in the padding ({} before, {} after {} {})", filter, before,
                    after, axis, size);
  return windows;
}

struct Rule {
  const Inputs& in;

  Shape operator()(const Input&) const {
    throw bad_input("an input must be the first node, and the only one");
  }

  Shape operator()(const Conv2d& o) const {
    expect_inputs(in, o.add_residual ? 2 : 1);
    const Shape x = image_input({in[0]});
    expect_range("k", o.k, 1, kMaxElements);
    expect_range("groups", o.groups, 1, kMaxElements);
    expect_extent("filter", o.filter);
    expect_extent("stride", o.stride);
    expect_extent("dilation", o.dilation);
    expect_padding(o.pad);
    expect_act(o.act);
    if (x[1] % o.groups != 0 || o.k % o.groups != 0)
      throw bad_input("{} groups must divide both the {} input channels and the {} output channels", o.groups,
                      x[1], o.k);
    const Shape y{x[0], o.k,
                  conv_extent("height", x[2], o.filter.h, o.stride.h, o.pad.top + o.pad.bottom, o.dilation.h),
                  conv_extent("width", x[3], o.filter.w, o.stride.w, o.pad.left + o.pad.right, o.dilation.w)};
    if (o.add_residual && in[1] != y)
      throw bad_input("the residual must have the output's shape {}, found {}", y.str(), in[1].str());
    return y;
  }

  Shape operator()(const BatchNorm& o) const {
    if (!(o.epsilon >= 0 && o.epsilon < 1)) throw bad_input("epsilon must be in [0, 1), found {}", o.epsilon);
    return channels_input(in);
  }

  Shape operator()(const Scale& o) const {
    if (o.scale.empty() && o.shift.empty())
      throw bad_input("expected a scale, a shift or both, found neither");
    expect_act(o.act);
    return channels_input(in);
  }

  Shape operator()(const LayerNorm& o) const {
    if (!(o.epsilon > 0 && o.epsilon < 1)) throw bad_input("epsilon must be in (0, 1), found {}", o.epsilon);
    return channels_input(in);
  }

  Shape operator()(const Pool2d& o) const {
    const Shape& x = image_input(in);
    expect_extent("filter", o.filter);
    expect_extent("stride", o.stride);
    expect_padding(o.pad);
    return {x[0], x[1],
            pool_extent("height", x[2], o.filter.h, o.stride.h, o.pad.top, o.pad.bottom, o.ceil_mode),
            pool_extent("width", x[3], o.filter.w, o.stride.w, o.pad.left, o.pad.right, o.ceil_mode)};
  }

  Shape operator()(const GlobalAveragePool&) const {
    const Shape& x = image_input(in);
    return {x[0], x[1], 1, 1};
  }

  Shape operator()(const Linear& o) const {
    const Shape& x = row_input(in);
    expect_range("k", o.k, 1, kMaxElements);
    expect_act(o.act);
    return {x[0], o.k};
  }

  Shape operator()(const Activate& o) const {
    expect_act(o.act);
    return only_input(in);
  }

  Shape operator()(const PRelu& o) const {
    if (o.slope.empty()) throw bad_input("expected the name of its slope, found none");
    return channels_input(in);
  }

  Shape operator()(const Add& o) const {
    expect_inputs(in, 2);
    expect_act(o.act);
    if (in[0] != in[1])
      throw bad_input("cannot add {} to {}: shapes must be equal", in[1].str(), in[0].str());
    return in[0];
  }

  Shape operator()(const ChannelGate&) const {
    expect_inputs(in, 2);
    const Shape x = image_input({in[0]}), gate = row_input({in[1]});
    if (gate[0] != x[0] || gate[1] != x[1])
      throw bad_input("the gate of {} must be [{}, {}], found {}", x.str(), x[0], x[1], gate.str());
    return x;
  }

  Shape operator()(const ChannelShuffle& o) const {
    const Shape& x = image_input(in);
    expect_range("groups", o.groups, 1, kMaxElements);
    if (x[1] % o.groups != 0) throw bad_input("{} groups must divide the {} channels", o.groups, x[1]);
    return x;
  }

  Shape operator()(const ChannelSlice& o) const {
    const Shape& x = image_input(in);
    expect_range("first", o.first, 0, x[1] - 1);
    expect_range("count", o.count, 1, x[1] - o.first);
    return {x[0], o.count, x[2], x[3]};
  }

  Shape operator()(const ZeroPad& o) const {
    const Shape& x = image_input(in);
    expect_padding(o.pad);
    return {x[0], x[1], o.pad.top + x[2] + o.pad.bottom, o.pad.left + x[3] + o.pad.right};
  }

  Shape operator()(const Concat&) const {
    if (in.size() < 2) throw bad_input("expected two or more inputs, found {}", in.size());
    Shape y = in[0];
    if (y.rank() != 2 && y.rank() != 4)
      throw bad_input("expected inputs [n c] or [n c h w], found {}", y.str());
    for (size_t i = 1; i < in.size(); ++i) {
      Shape other = in[i];
      if (other.rank() == y.rank()) other[1] = in[0][1];
      if (other != in[0])
        throw bad_input("cannot join {} and {}: they may differ in channels only", in[0].str(), in[i].str());
      y[1] += in[i][1];
    }
    return y;
  }

  Shape operator()(const Flatten&) const {
    const Shape& x = only_input(in);
    if (x.rank() < 2) throw bad_input("expected an input [n c ...], found {}", x.str());
    return {x[0], x.elements() / x[0]};
  }

  Shape operator()(const Softmax&) const { return row_input(in); }

  Shape operator()(const Lrn& o) const {
    expect_range("size", o.size, 1);
    if (o.size % 2 == 0) throw bad_input("local response normalisation needs an odd size, found {}", o.size);
    if (!(o.k > 0 && o.alpha >= 0))
      throw bad_input("local response normalisation needs k > 0 and alpha >= 0, found k={} alpha={}", o.k,
                      o.alpha);
    return image_input(in);
  }

  Shape operator()(const ShortcutPad& o) const {
    const Shape& x = image_input(in);
    expect_extent("stride", o.stride);
    expect_range("before", o.before, 0, kMaxElements);
    expect_range("after", o.after, 0, kMaxElements);
    return {x[0], o.before + x[1] + o.after, (x[2] - 1) / o.stride.h + 1, (x[3] - 1) / o.stride.w + 1};
  }
};

}  // namespace

Shape output_shape(const Op& op, const std::vector<Shape>& inputs) {
  if (inputs.size() > kMaxInputs)
    throw bad_input("it has {} inputs; at most {} are supported", inputs.size(), kMaxInputs);
  for (const Shape& x : inputs)
    if (x.elements() == 0) throw bad_input("an input has no elements: {}", x.str());
  const Shape y = std::visit(Rule{inputs}, op);
  if (y.elements() > kMaxElements) throw bad_input("the output {} has 2^31 elements or more", y.str());
  for (const WeightUse& use : weights_of(op, inputs))
    if (use.shape.elements() > kMaxElements)
      throw bad_input("the weight {} of {} has 2^31 elements or more", use.name, use.shape.str());
  return y;
}

}  // namespace fxe
