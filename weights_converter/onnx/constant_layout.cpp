// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "weights_converter/onnx/constant.h"
#include "weights_converter/onnx/strided.h"

namespace fxe {

namespace {

using Dims = std::vector<int64_t>;

Dims dims_of(const Tensor& t) { return {t.shape.dims().begin(), t.shape.dims().end()}; }

Tensor with_shape(const Tensor& t, const Dims& dims) {
  const Shape shape(dims);
  if (shape.elements() != t.shape.elements())
    throw bad_input("cannot make {} into {}", t.shape.str(), shape.str());
  return {t.dtype, shape, t.bytes, t.owner};
}

// One axis of a Slice, clamped as the standard says.
OnnxRange range_of(const OnnxNode& node, int64_t size, int64_t start, int64_t end, int64_t step) {
  if (step == 0) throw node.error("has a step of 0");
  if (size == 0) return {0, 1, 0};
  step = std::clamp(step, -size, size);  // a longer step leaves a single element as well
  const auto position = [&](int64_t i, int64_t low, int64_t high) {
    return std::clamp(i < 0 ? i + size : i, low, high);
  };
  const bool forward = step > 0;
  const int64_t from = position(start, 0, forward ? size : size - 1);
  const int64_t to = forward ? position(end, 0, size) : position(end, -1, size - 1);
  const int64_t span = forward ? to - from : from - to, stride = std::abs(step);
  return {from, step, span > 0 ? (span + stride - 1) / stride : 0};
}

}  // namespace

int64_t axis_from_first(const OnnxNode& node, int64_t axis, int64_t rank) {
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank)
    throw node.error("has an axis outside the {} dimensions of its constant", rank);
  return axis;
}

Tensor fold_reshape(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  Dims target = import.integers(node, 1);
  const bool zero_copies = node.integer("allowzero", 0) == 0;
  int64_t known = 1;
  for (size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && zero_copies && static_cast<int>(i) < t.shape.rank())
      target[i] = t.shape[static_cast<int>(i)];
    if (target[i] > 0 && known <= t.shape.elements()) known *= std::min(target[i], t.shape.elements() + 1);
  }
  const auto open = std::find(target.begin(), target.end(), -1);
  if (open != target.end()) *open = t.shape.elements() / known;
  return with_shape(t, target);
}

Tensor fold_flatten(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const int rank = t.shape.rank();
  int64_t axis = node.integer("axis", 1);
  axis = axis == rank ? axis : axis_from_first(node, axis, rank);
  const auto product = [&](int64_t first, int64_t last) {
    return Shape(t.shape.dims().subspan(static_cast<size_t>(first), static_cast<size_t>(last - first)))
        .elements();
  };
  return with_shape(t, {product(0, axis), product(axis, rank)});
}

Tensor fold_squeeze(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const Dims dims = dims_of(t), axes = import.integers(node, "axes", 13, 1);
  std::vector<bool> drop(dims.size(), axes.empty());
  for (const int64_t axis : axes)
    drop[static_cast<size_t>(axis_from_first(node, axis, t.shape.rank()))] = true;
  Dims kept;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (drop[i] && !axes.empty() && dims[i] != 1) throw node.error("drops an axis of size {}", dims[i]);
    if (!drop[i] || dims[i] != 1) kept.push_back(dims[i]);
  }
  return with_shape(t, kept);
}

Tensor fold_unsqueeze(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  Dims dims = dims_of(t), axes = import.integers(node, "axes", 13, 1);
  const int64_t rank = t.shape.rank() + static_cast<int64_t>(axes.size());
  if (rank > Shape::kMaxRank) throw node.error("makes a constant of {} dimensions", rank);
  for (int64_t& axis : axes) axis = axis_from_first(node, axis, rank);
  std::sort(axes.begin(), axes.end());
  for (const int64_t axis : axes) {
    if (axis > static_cast<int64_t>(dims.size())) throw node.error("names an axis twice");
    dims.insert(dims.begin() + axis, 1);
  }
  return with_shape(t, dims);
}

Tensor fold_transpose(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  Dims order = node.integers("perm");
  if (order.empty())
    for (int i = t.shape.rank(); i-- > 0;) order.push_back(i);
  Dims sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool whole = sorted.size() == static_cast<size_t>(t.shape.rank());
  for (size_t i = 0; i < sorted.size(); ++i) whole &= sorted[i] == static_cast<int64_t>(i);
  if (!whole) throw node.error("its perm is not an order of {} axes", t.shape.rank());
  return transpose(import, t, order);
}

Tensor fold_slice(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const Dims starts = import.integers(node, "starts", 10, 1), ends = import.integers(node, "ends", 10, 2);
  Dims axes = import.integers(node, "axes", 10, 3), steps = import.integers(node, "steps", 10, 4);
  if (axes.empty())
    for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    throw node.error("has {} starts, {} ends, {} axes and {} steps", starts.size(), ends.size(), axes.size(),
                     steps.size());
  std::vector<OnnxRange> ranges;
  for (const int64_t size : t.shape.dims()) ranges.push_back({0, 1, size});
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto axis = static_cast<size_t>(axis_from_first(node, axes[i], t.shape.rank()));
    ranges[axis] = range_of(node, t.shape[static_cast<int>(axis)], starts[i], ends[i], steps[i]);
  }
  return slice(import, t, ranges);
}

// Broadcasts both ways: where the target has 1, or lacks an axis, the constant's size stays.
Tensor fold_expand(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const Tensor target{t.dtype, Shape(import.integers(node, 1)), {}, nullptr};
  const std::array<const Tensor*, 2> both{&t, &target};
  return expand(import, t, broadcast_shape(both));
}

Tensor fold_tile(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const Dims repeats = import.integers(node, 1);
  if (repeats.size() != static_cast<size_t>(t.shape.rank()))
    throw node.error("repeats {} axes of {}", repeats.size(), t.shape.rank());
  return tile(import, t, repeats);
}

}  // namespace fxe
