// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/strided.h"

#include <cstring>

namespace fxe {

namespace {

// How an axis of the copy walks through the original, in elements.
struct Axis {
  int64_t size, stride;
};

std::vector<int64_t> strides_of(const Shape& shape) {
  std::vector<int64_t> strides(static_cast<size_t>(shape.rank()));
  int64_t stride = 1;
  for (size_t i = strides.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[static_cast<int>(i)];
  }
  return strides;
}

Tensor copy(OnnxImport& import, const Tensor& t, int64_t first, const std::vector<Axis>& axes) {
  const size_t size = size_bytes(t.dtype);
  std::vector<int64_t> dims;
  for (const Axis& axis : axes) dims.push_back(axis.size);
  const Shape shape(dims);
  import.charge_copy(shape, t.dtype);
  const auto count = static_cast<size_t>(shape.elements());
  std::vector<std::byte> out(count * size);
  std::vector<int64_t> index(axes.size());
  int64_t element = first;
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(out.data() + i * size, t.bytes.data() + static_cast<size_t>(element) * size, size);
    for (size_t d = axes.size(); d-- > 0;) {
      element += axes[d].stride;
      if (++index[d] < axes[d].size) break;
      element -= axes[d].stride * axes[d].size;
      index[d] = 0;
    }
  }
  return Tensor::from_bytes(t.dtype, shape, std::move(out));
}

}  // namespace

Tensor transpose(OnnxImport& import, const Tensor& t, const std::vector<int64_t>& order) {
  const auto strides = strides_of(t.shape);
  std::vector<Axis> axes;
  for (const int64_t axis : order)
    axes.push_back({t.shape[static_cast<int>(axis)], strides[static_cast<size_t>(axis)]});
  return copy(import, t, 0, axes);
}

Tensor expand(OnnxImport& import, const Tensor& t, const Shape& shape) {
  if (t.shape == shape) return t;
  const auto strides = strides_of(t.shape);
  const int added = shape.rank() - t.shape.rank();
  std::vector<Axis> axes;
  for (int i = 0; i < shape.rank(); ++i) {
    const int64_t size = i < added ? 1 : t.shape[i - added];
    if (added < 0 || (size != 1 && size != shape[i]))
      throw bad_input("cannot broadcast a constant of shape {} to {}", t.shape.str(), shape.str());
    axes.push_back({shape[i], size == 1 ? 0 : strides[static_cast<size_t>(i - added)]});
  }
  return copy(import, t, 0, axes);
}

Tensor tile(OnnxImport& import, const Tensor& t, const std::vector<int64_t>& repeats) {
  const auto strides = strides_of(t.shape);
  std::vector<Axis> axes;
  std::vector<int64_t> dims;
  for (size_t i = 0; i < strides.size(); ++i) {
    const int64_t size = t.shape[static_cast<int>(i)];
    axes.push_back({repeats[i], 0});
    axes.push_back({size, strides[i]});
    int64_t product = 0;
    if (__builtin_mul_overflow(repeats[i], size, &product)) throw bad_input("repeats {} times", repeats[i]);
    dims.push_back(product);
  }
  Tensor tiled = copy(import, t, 0, axes);
  tiled.shape = Shape(dims);
  return tiled;
}

Tensor slice(OnnxImport& import, const Tensor& t, const std::vector<OnnxRange>& ranges) {
  const auto strides = strides_of(t.shape);
  std::vector<Axis> axes;
  int64_t first = 0;
  for (size_t i = 0; i < ranges.size(); ++i) {
    first += ranges[i].begin * strides[i];
    axes.push_back({ranges[i].count, ranges[i].step * strides[i]});
  }
  return copy(import, t, first, axes);
}

}  // namespace fxe
