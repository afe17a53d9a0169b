// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "weights_converter/onnx/operators.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

constexpr int64_t kMaxPad = int64_t{1} << 20;

const OnnxFlow& image(const OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow& x = import.flow(node, 0);
  if (x.probabilities) throw node.error("follows a Softmax; fxe has Softmax at the end of a network only");
  if (x.groups > 0 || import.graph.shape(x.id).rank() != 4)
    throw node.error("expected an image [n c h w], found {}", import.graph.shape(x.id).str());
  return x;
}

void expect_zero_padding(const OnnxImport& import, const OnnxNode& node) {
  const std::string mode = node.text("mode", "constant");
  if (mode != "constant") throw node.error("pads by '{}'; fxe pads with zeros", printable(mode));
  float value = node.number("value", 0.0f);
  if (node.opset() >= 11 && node.has_input(2)) {
    const Tensor& given = import.constant(node, 2);
    if (given.shape.elements() != 1) throw node.error("its padding value is not one number");
    value = given.to_float().at(0);
  }
  if (value != 0) throw node.error("pads with {}; fxe pads with zeros", value);
}

// An axis of an image in ONNX, in fxe's order n c h w.
size_t own_axis(const OnnxNode& node, int64_t axis, bool nhwc) {
  const int64_t from_first = axis < 0 ? axis + 4 : axis;
  if (from_first < 0 || from_first > 3) throw node.error("has an axis {} of an image", axis);
  constexpr std::array<size_t, 4> kFromNhwc{0, 2, 3, 1};
  const auto a = static_cast<size_t>(from_first);
  return nhwc ? kFromNhwc[a] : a;
}

constexpr size_t kMaxParts = 64;  // that channels are taken in: a small file must not make a large graph

// Takes channels in this order, consecutive ones together.
ValueId take_channels(OnnxImport& import, const OnnxNode& node, ValueId x,
                      const std::vector<int64_t>& channels) {
  const int64_t c = import.graph.shape(x)[1];
  std::vector<ValueId> parts;
  for (size_t i = 0, next = 0; i < channels.size(); i = next) {
    for (next = i + 1; next < channels.size() && channels[next] == channels[next - 1] + 1;) ++next;
    const auto count = static_cast<int64_t>(next - i);
    if (parts.size() == kMaxParts) throw node.error("takes channels in more than {} parts", kMaxParts);
    parts.push_back(count == c ? x : import.add(node, ChannelSlice{channels[i], count}, {x}));
  }
  return parts.size() == 1 ? parts[0] : import.add(node, Concat{}, parts);
}

// The channels of a Slice.
std::vector<int64_t> channels_of(const OnnxNode& node, int64_t start, int64_t end, int64_t step,
                                 int64_t channels) {
  const int64_t least = step < 0 ? -1 : 0, most = step < 0 ? channels - 1 : channels;
  const auto position = [&](int64_t at, int64_t lowest) {
    return std::clamp(at < 0 ? at + channels : at, lowest, most);
  };
  std::vector<int64_t> taken;
  const int64_t last = position(end, least);
  for (int64_t i = position(start, 0); step < 0 ? i > last : i < last; i += step) taken.push_back(i);
  if (taken.empty()) throw node.error("takes no channel of {}", channels);
  return taken;
}

struct Pads {
  std::array<int64_t, 4> before{}, after{};  // n c h w
};

Pads read_pads(const OnnxImport& import, const OnnxNode& node, bool nhwc) {
  const auto given = import.integers(node, "pads", 11, 1);
  std::vector<int64_t> axes{0, 1, 2, 3};
  if (node.opset() >= 18 && node.has_input(3)) axes = import.integers(node, 3);
  if (given.size() != 2 * axes.size())
    throw node.error("pads has {} numbers for {} axes", given.size(), axes.size());
  Pads pads;
  for (size_t i = 0; i < axes.size(); ++i) {
    const size_t a = own_axis(node, axes[i], nhwc);
    pads.before[a] = given[i];
    pads.after[a] = given[i + axes.size()];
    for (const int64_t p : {pads.before[a], pads.after[a]})
      if (p < 0 || p > kMaxPad) throw node.error("pads by {}; expected 0 to {}", p, kMaxPad);
  }
  if (pads.before[0] || pads.after[0]) throw node.error("pads the batch");
  return pads;
}

}  // namespace

void import_concat(OnnxImport& import, const OnnxNode& node) {
  std::vector<ValueId> inputs;
  OnnxFlow joined;
  for (size_t i = 0; i < node.inputs(); ++i) {
    const OnnxFlow& x = import.flow(node, i);
    if (x.probabilities) throw node.error("joins the outcome of a Softmax");
    if (i > 0 && x.nhwc != joined.nhwc) throw node.error("joins [n h w c] and [n c h w]");
    joined = x;
    inputs.push_back(x.id);
  }
  if (inputs.empty()) throw node.error("joins nothing");
  const int rank = import.graph.shape(joined.id).rank();
  int64_t axis = node.integer("axis");
  if (axis < 0) axis += rank;
  if (axis != (joined.nhwc && rank == 4 ? 3 : 1))
    throw node.error("joins along axis {}; fxe joins channels", axis);
  if (inputs.size() > 1) joined.id = import.add(node, Concat{}, inputs);
  import.set(node, joined);
}

// Between [n c h w] and [n h w c], as TensorFlow's exporters write it (fxe keeps its own layout); or of
// channels that a Reshape split in two, the middle of a channel shuffle.
void import_transpose(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = import.flow(node, 0);
  const int rank = import.graph.shape(x.id).rank();
  const auto order = node.integers("perm");
  using Order = std::vector<int64_t>;
  const bool exchanges =
      x.nhwc ? order == Order{0, 1, 2, 4, 3} : order == Order{0, 2, 1, 3, 4} || order == Order{0, 2, 1, 3};
  if (x.groups > 0 && !x.exchanged && exchanges)
    x.exchanged = true;
  else if (x.groups > 0)
    throw node.error("of channels that a Reshape split is not a channel shuffle");
  else if (rank == 4 && x.nhwc && order == Order{0, 3, 1, 2})
    x.nhwc = false;
  else if (rank == 4 && !x.nhwc && order == Order{0, 2, 3, 1})
    x.nhwc = true;
  else if (!(rank == 4 && order == Order{0, 1, 2, 3}) && !(rank == 2 && order == Order{0, 1}))
    throw node.error("swaps axes other than between [n c h w] and [n h w c]");
  import.set(node, x);
}

void import_pad(OnnxImport& import, const OnnxNode& node) {
  expect_zero_padding(import, node);
  const Pads pads = read_pads(import, node, image(import, node).nhwc);
  if (pads.before[1] || pads.after[1]) import.settle_padding(node, 0);
  OnnxFlow x = image(import, node);
  if (pads.before[1] || pads.after[1]) {
    const bool not_negative = import.not_negative.contains(x.id);
    x.id =
        import.add(node, ShortcutPad{.stride = {}, .before = pads.before[1], .after = pads.after[1]}, {x.id});
    if (not_negative) import.not_negative.insert(x.id);
  }
  x.pad.top += pads.before[2];
  x.pad.left += pads.before[3];
  x.pad.bottom += pads.after[2];
  x.pad.right += pads.after[3];
  if (!x.pad_node) x.pad_node.emplace(node);
  import.set(node, x);
}

// Channels in any steps, or every k-th row and column from the first, as shortcuts of CIFAR ResNets
// take them.
void import_slice(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = image(import, node);
  const auto starts = import.integers(node, "starts", 10, 1), ends = import.integers(node, "ends", 10, 2);
  auto axes = import.integers(node, "axes", 10, 3);
  auto steps = import.integers(node, "steps", 10, 4);
  if (axes.empty())
    for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (starts.size() != ends.size() || axes.size() != starts.size() || steps.size() != starts.size())
    throw node.error("has {} starts, {} ends, {} axes and {} steps", starts.size(), ends.size(), axes.size(),
                     steps.size());
  std::array<int64_t, 4> step{1, 1, 1, 1};
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t axis = own_axis(node, axes[i], x.nhwc);
    const int64_t size = import.graph.shape(x.id)[static_cast<int>(axis)];
    const bool whole = starts[i] == 0 &&
                       (axis == 0 ? ends[i] == kBatch || ends[i] >= (int64_t{1} << 31) - 1 : ends[i] >= size);
    if (axis == 1 && steps[i] != 0 && steps[i] >= -kMaxPad && steps[i] <= kMaxPad) {
      x.id = take_channels(import, node, x.id, channels_of(node, starts[i], ends[i], steps[i], size));
    } else if (!whole || steps[i] < 1 || steps[i] > kMaxPad || (axis == 0 && steps[i] != 1)) {
      throw node.error(
          "cuts out a part; fxe takes channels, and every k-th row and column from the first to the last");
    }
    if (axis > 1) step[axis] = steps[i];
  }
  if (step[2] != 1 || step[3] != 1)
    x.id = import.add(node, ShortcutPad{.stride = {step[2], step[3]}, .before = 0, .after = 0}, {x.id});
  import.set(node, x);
}

// Channels by index, in any order. A single index removes its axis, [n h w] from [n 1 h w], until an
// Unsqueeze restores one: PyTorch's x[:, 0].
void gather_channels(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = image(import, node);
  if (!x.seen_as.empty() || own_axis(node, node.integer("axis", 0), x.nhwc) != 1)
    throw node.error("takes parts of images by index; fxe takes channels of them");
  const Tensor& index = import.constant(node, 1);
  const int64_t c = import.graph.shape(x.id)[1];
  auto channels = import.integers(node, 1);
  if (channels.empty() || index.shape.rank() > 1)
    throw node.error("has indices of shape {}; expected one number, or a row of them", index.shape.str());
  for (int64_t& i : channels) {
    if (i < -c || i >= c) throw node.error("takes channel {} of {}", i, c);
    if (i < 0) i += c;
  }
  x.id = take_channels(import, node, x.id, channels);
  const Shape shape = import.graph.shape(x.id);
  if (index.shape.rank() == 0) x.seen_as = {kBatch, shape[2], shape[3]};
  import.set(node, x);
}

// Splits channels.
void import_split(OnnxImport& import, const OnnxNode& node) {
  const OnnxFlow x = image(import, node);
  const int64_t channels = import.graph.shape(x.id)[1], outputs = static_cast<int64_t>(node.outputs());
  if (own_axis(node, node.integer("axis", 0), x.nhwc) != 1)
    throw node.error("splits along axis {}; fxe splits channels", node.integer("axis", 0));
  auto sizes = import.integers(node, "split", 13, 1);
  if (sizes.empty()) {  // equal parts; the last may be smaller
    const int64_t part = (channels + outputs - 1) / outputs;
    for (int64_t i = 0; i < outputs; ++i) sizes.push_back(std::min(part, channels - i * part));
  }
  if (sizes.size() != node.outputs())
    throw node.error("has {} outputs and {} sizes", node.outputs(), sizes.size());
  int64_t first = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 1 || sizes[i] > channels - first)
      throw node.error("takes {} channels from {} of {}", sizes[i], first, channels);
    OnnxFlow part = x;
    part.id = import.add(node, ChannelSlice{first, sizes[i]}, {x.id});
    if (!node.output(i).empty()) import.define(node.output(i), part);
    first += sizes[i];
  }
}

}  // namespace fxe
