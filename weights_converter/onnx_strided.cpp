// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx_strided.h"

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
  const auto count = static_cast<size_t>(shape.elements());
  import.charge_copy(count * size);
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
