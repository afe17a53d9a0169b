// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weights_converter/onnx_elementwise.h"
#include "weights_converter/onnx_operators.h"
#include "weights_converter/onnx_window.h"

namespace fxe {

namespace {

// GlobalAveragePool, or Pool2d max over the whole image.
void import_global(OnnxImport& import, const OnnxNode& node, Pool2d::Kind kind) {
  const ValueId x = import.plain(node, 0);
  const Shape& shape = import.graph.shape(x);
  if (shape.rank() != 4) throw node.error("expected an input [n c h w], found {}", shape.str());
  const Op op =
      kind == Pool2d::Kind::average
          ? Op(GlobalAveragePool{})
          : Op(Pool2d{.kind = kind, .filter = {shape[2], shape[3]}, .stride = {shape[2], shape[3]}});
  import.set(node, OnnxFlow{import.add(node, op, {x})});
}

Pool2d read_pool(const OnnxImport& import, const OnnxNode& node, const OnnxWindow& w, Pool2d::Kind kind) {
  if (w.dilation != Extent2{}) throw node.error("fxe has no dilated pooling");
  import.padded(node, 0);
  return {.kind = kind,
          .filter = w.filter,
          .stride = w.stride,
          .pad = w.pad,
          .ceil_mode = node.integer("ceil_mode", 0) != 0};
}

void add_pool(OnnxImport& import, const OnnxNode& node, const Pool2d& pool) {
  const ValueId x = import.padded(node, 0);
  const ValueId y = import.add(node, pool, {x});
  if (import.not_negative.contains(x)) import.not_negative.insert(y);
  import.set(node, OnnxFlow{y});
}

}  // namespace

void import_max_pool(OnnxImport& import, const OnnxNode& node) {
  // Padding is ignored by a maximum, while a Pad's zeros take part in it: the same thing where no value is
  // negative. Rounding up would drop other windows.
  if (!import.not_negative.contains(import.flow(node, 0).id) || node.integer("ceil_mode", 0) != 0)
    import.settle_padding(node, 0);
  const OnnxWindow w = read_onnx_window(import, node);
  add_pool(import, node, read_pool(import, node, w, Pool2d::Kind::max));
}

void import_average_pool(OnnxImport& import, const OnnxNode& node) {
  // A Pad's zeros are counted in the mean; the node's own padding must then be counted as well, or be none.
  // Rounding up would drop other windows.
  const bool counted = node.integer("count_include_pad", 0) != 0;
  const auto pads = node.integers("pads");
  const bool own_pad = node.text("auto_pad", "NOTSET") != "NOTSET" ||
                       std::any_of(pads.begin(), pads.end(), [](int64_t p) { return p != 0; });
  if ((own_pad && !counted) || node.integer("ceil_mode", 0) != 0) import.settle_padding(node, 0);
  const OnnxFlow& x = import.flow(node, 0);
  const OnnxWindow w = read_onnx_window(import, node);
  Pool2d pool = read_pool(import, node, w, Pool2d::Kind::average);
  pool.count_padding = counted || x.pad.any();
  const Shape& shape = import.graph.shape(x.id);
  if (!pool.pad.any() && pool.filter == Extent2{shape[2], shape[3]})
    return import_global(import, node, Pool2d::Kind::average);
  add_pool(import, node, pool);
}

void import_global_average_pool(OnnxImport& import, const OnnxNode& node) {
  import_global(import, node, Pool2d::Kind::average);
}

void import_global_max_pool(OnnxImport& import, const OnnxNode& node) {
  import_global(import, node, Pool2d::Kind::max);
}

namespace {

// The mean over h and w, of which x may have lost one already.
void mean_of_image(OnnxImport& import, const OnnxNode& node, OnnxFlow x, bool keep) {
  import.settle(x);
  OnnxFlow y{.id = import.add(node, GlobalAveragePool{}, {x.id}), .nhwc = x.nhwc};
  if (!keep) {
    const ValueId flat = import.add(node, Flatten{}, {y.id});
    import.flattened_from[flat] = y.id;
    y = OnnxFlow{flat};
  }
  import.set(node, y);
}

// Over w, or h: what is left is [n c h 1], or [n c 1 w], which ONNX may have without that axis.
void mean_of_lines(OnnxImport& import, const OnnxNode& node, OnnxFlow x, bool over_width, bool keep) {
  import.settle(x);
  const Shape shape = import.graph.shape(x.id);
  const Extent2 line = over_width ? Extent2{1, shape[3]} : Extent2{shape[2], 1};
  x.id = import.add(node, Pool2d{.kind = Pool2d::Kind::average, .filter = line, .stride = line}, {x.id});
  const int64_t left = over_width ? shape[2] : shape[3];
  if (!keep) x.seen_as = x.nhwc ? std::vector{kBatch, left, shape[1]} : std::vector{kBatch, shape[1], left};
  import.set(node, x);
}

}  // namespace

// Over h and w of an image, at once or one after the other, or over channels, as a step of a layer
// normalisation.
void import_reduce_mean(OnnxImport& import, const OnnxNode& node) {
  OnnxFlow x = open_flow(import, node, 0);
  const Shape shape = import.graph.shape(x.id);
  const int64_t rank = x.seen_as.empty() ? shape.rank() : static_cast<int64_t>(x.seen_as.size());
  auto axes = import.integers(node, "axes", 18, 1);
  for (int64_t& axis : axes)
    if (axis < 0) axis += rank;
  std::sort(axes.begin(), axes.end());
  const bool keep = node.integer("keepdims", 1) != 0;
  const int64_t channels = x.nhwc && shape.rank() == 4 ? rank - 1 : 1, height = x.nhwc ? 1 : 2;
  using Axes = std::vector<int64_t>;
  if (rank == 3 && axes == Axes{height} && !keep) return mean_of_image(import, node, x, keep);
  const bool whole = x.seen_as.empty();
  if (whole && keep && axes == Axes{channels}) return apply_onnx(import, node, x, &OnnxAlgebra::channel_mean);
  if (whole && rank == 4 && axes == Axes{height, height + 1}) return mean_of_image(import, node, x, keep);
  if (whole && rank == 4 && axes.size() == 1 && (axes[0] == height || axes[0] == height + 1))
    return mean_of_lines(import, node, x, axes[0] == height + 1, keep);
  throw node.error("fxe takes the mean over h and w of an image only, or over channels in a layer norm");
}

}  // namespace fxe
