// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weights_converter/onnx/elementwise.h"
#include "weights_converter/onnx/operators.h"
#include "weights_converter/onnx/window.h"

namespace fxe {

namespace {

// Over the whole image.
Op global_pool(const Shape& shape, Pool2d::Kind kind) {
  if (kind == Pool2d::Kind::average) return GlobalAveragePool{};
  return Pool2d{.kind = kind, .filter = {shape[2], shape[3]}, .stride = {shape[2], shape[3]}};
}

void import_global(OnnxImport& import, const OnnxNode& node, Pool2d::Kind kind) {
  const ValueId x = import.plain(node, 0);
  const Shape& shape = import.graph.shape(x);
  if (shape.rank() != 4) throw node.error("expected an input [n c h w], found {}", shape.str());
  import.set(node, OnnxFlow{import.add(node, global_pool(shape, kind), {x})});
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
  // Max pooling ignores padding, while a Pad's zeros take part: the same if no value is negative. Rounding up
  // would drop other windows.
  if (!import.not_negative.contains(import.flow(node, 0).id) || node.integer("ceil_mode", 0) != 0)
    import.settle_padding(node, 0);
  const OnnxWindow w = read_onnx_window(import, node);
  add_pool(import, node, read_pool(import, node, w, Pool2d::Kind::max));
}

void import_average_pool(OnnxImport& import, const OnnxNode& node) {
  // A mean counts a Pad's zeros; so the node's own padding must be counted as well, or be absent. Rounding up
  // would drop other windows.
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

// A sum is a mean times the number of elements.
enum class Reduction { mean, sum, max };

void set_reduced(OnnxImport& import, const OnnxNode& node, const OnnxFlow& y, Reduction kind, int64_t count) {
  if (kind == Reduction::sum) return affine_onnx(import, node, y, static_cast<double>(count), 0);
  import.set(node, y);
}

// Over h and w; x may already have lost one of them.
void reduce_image(OnnxImport& import, const OnnxNode& node, OnnxFlow x, Reduction kind, bool keep) {
  import.settle(x);
  const Shape shape = import.graph.shape(x.id);
  const auto pooling = kind == Reduction::max ? Pool2d::Kind::max : Pool2d::Kind::average;
  OnnxFlow y{.id = import.add(node, global_pool(shape, pooling), {x.id}), .nhwc = x.nhwc};
  if (!keep) {
    const ValueId flat = import.add(node, Flatten{}, {y.id});
    import.flattened_from[flat] = y.id;
    y = OnnxFlow{flat};
  }
  set_reduced(import, node, y, kind, x.seen_as.empty() ? shape[2] * shape[3] : x.seen_as[x.nhwc ? 1 : 2]);
}

// Over w, or h: the result is [n c h 1], or [n c 1 w], which ONNX may have without that axis.
void reduce_lines(OnnxImport& import, const OnnxNode& node, OnnxFlow x, Reduction kind, bool over_width,
                  bool keep) {
  import.settle(x);
  const Shape shape = import.graph.shape(x.id);
  const Extent2 line = over_width ? Extent2{1, shape[3]} : Extent2{shape[2], 1};
  const auto pooling = kind == Reduction::max ? Pool2d::Kind::max : Pool2d::Kind::average;
  x.id = import.add(node, Pool2d{.kind = pooling, .filter = line, .stride = line}, {x.id});
  const int64_t left = over_width ? shape[2] : shape[3];
  if (!keep) x.seen_as = x.nhwc ? std::vector{kBatch, left, shape[1]} : std::vector{kBatch, shape[1], left};
  set_reduced(import, node, x, kind, line.h * line.w);
}

// Over h and w of an image, at once or one after the other; a mean also over channels, as a step of
// layer normalisation.
void reduce(OnnxImport& import, const OnnxNode& node, Reduction kind) {
  OnnxFlow x = open_flow(import, node, 0);
  const Shape shape = import.graph.shape(x.id);
  const int64_t rank = x.seen_as.empty() ? shape.rank() : static_cast<int64_t>(x.seen_as.size());
  auto axes = import.integers(node, "axes", kind == Reduction::sum ? 13 : 18, 1);
  for (int64_t& axis : axes)
    if (axis < 0) axis += rank;
  std::sort(axes.begin(), axes.end());
  const bool keep = node.integer("keepdims", 1) != 0;
  const int64_t channels = x.nhwc && shape.rank() == 4 ? rank - 1 : 1, height = x.nhwc ? 1 : 2;
  using Axes = std::vector<int64_t>;
  // The remaining axes of an image, in [n c h], [n c w] or the like.
  if (rank == 3 && axes == Axes{height} && !keep && x.seen_as[static_cast<size_t>(channels)] == shape[1])
    return reduce_image(import, node, x, kind, keep);
  const bool whole = x.seen_as.empty();
  if (whole && keep && axes == Axes{channels} && kind == Reduction::mean)
    return apply_onnx(import, node, x, &OnnxAlgebra::channel_mean);
  if (whole && rank == 4 && axes == Axes{height, height + 1})
    return reduce_image(import, node, x, kind, keep);
  if (whole && rank == 4 && axes.size() == 1 && (axes[0] == height || axes[0] == height + 1))
    return reduce_lines(import, node, x, kind, axes[0] == height + 1, keep);
  throw node.error("fxe reduces over h and w of an image only{}",
                   kind == Reduction::mean ? ", or over channels in a layer norm" : "");
}

}  // namespace

void import_reduce_mean(OnnxImport& import, const OnnxNode& node) { reduce(import, node, Reduction::mean); }
void import_reduce_sum(OnnxImport& import, const OnnxNode& node) { reduce(import, node, Reduction::sum); }
void import_reduce_max(OnnxImport& import, const OnnxNode& node) { reduce(import, node, Reduction::max); }

}  // namespace fxe
