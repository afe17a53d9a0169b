// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/window.h"

#include <algorithm>

#include "weights_converter/printable.h"

namespace fxe {

namespace {

constexpr int64_t kMaxAttribute = int64_t{1} << 20;

Extent2 extent(const OnnxNode& node, const char* attribute, Extent2 otherwise) {
  const auto values = node.integers(attribute);
  if (values.empty()) return otherwise;
  if (values.size() != 2)
    throw node.error("{} has {} numbers; fxe works on h and w", attribute, values.size());
  for (const int64_t v : values)
    if (v < 1 || v > kMaxAttribute)
      throw node.error("{} has {}; expected 1 to {}", attribute, v, kMaxAttribute);
  return {values[0], values[1]};
}

// auto_pad SAME: as much padding as makes the output ceil(size / stride); the odd one goes after (UPPER)
// or before.
std::pair<int64_t, int64_t> same_pad(int64_t size, int64_t filter, int64_t stride, int64_t dilation,
                                     bool upper) {
  const int64_t outputs = (size + stride - 1) / stride;
  const int64_t total = std::max<int64_t>((outputs - 1) * stride + dilation * (filter - 1) + 1 - size, 0);
  return upper ? std::pair(total / 2, total - total / 2) : std::pair(total - total / 2, total / 2);
}

Padding2 own_padding(const OnnxNode& node, const OnnxWindow& w, int64_t height, int64_t width) {
  const std::string mode = node.text("auto_pad", "NOTSET");
  if (mode == "VALID") return {};
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    const bool upper = mode == "SAME_UPPER";
    const auto [top, bottom] = same_pad(height, w.filter.h, w.stride.h, w.dilation.h, upper);
    const auto [left, right] = same_pad(width, w.filter.w, w.stride.w, w.dilation.w, upper);
    return {top, left, bottom, right};
  }
  if (mode != "NOTSET" && !mode.empty()) throw node.error("auto_pad is '{}'", printable(mode));
  const auto pads = node.integers("pads");
  if (pads.empty()) return {};
  if (pads.size() != 4)
    throw node.error("pads has {} numbers; expected top, left, bottom, right", pads.size());
  for (const int64_t p : pads)
    if (p < 0 || p > kMaxAttribute) throw node.error("pads has {}; expected 0 to {}", p, kMaxAttribute);
  return {pads[0], pads[1], pads[2], pads[3]};
}

}  // namespace

OnnxWindow read_onnx_window(const OnnxImport& import, const OnnxNode& node, std::optional<Extent2> filter) {
  const OnnxFlow& x = import.flow(node, 0);
  const Shape& shape = import.graph.shape(import.padded(node, 0));
  if (shape.rank() != 4) throw node.error("expected an input [n c h w], found {}", shape.str());
  OnnxWindow w;
  w.filter = extent(node, "kernel_shape", filter.value_or(Extent2{0, 0}));
  if (w.filter.h < 1) throw node.error("needs an attribute kernel_shape");
  if (filter && w.filter != *filter)
    throw node.error("kernel_shape is {}x{}, but the weight's is {}x{}", w.filter.h, w.filter.w, filter->h,
                     filter->w);
  w.stride = extent(node, "strides", {});
  w.dilation = extent(node, "dilations", {});
  const Padding2& p = x.pad;
  w.own_pad = own_padding(node, w, shape[2] + p.top + p.bottom, shape[3] + p.left + p.right);
  w.pad = {w.own_pad.top + p.top, w.own_pad.left + p.left, w.own_pad.bottom + p.bottom,
           w.own_pad.right + p.right};
  return w;
}

}  // namespace fxe
