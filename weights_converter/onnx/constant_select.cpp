// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "weights_converter/onnx/constant.h"
#include "weights_converter/onnx/numbers.h"
#include "weights_converter/onnx/strided.h"

namespace fxe {

namespace {

int64_t product(const Shape& shape, int first, int last) {
  int64_t r = 1;
  for (int i = first; i < last; ++i) r *= shape[i];
  return r;
}

// Positions along an axis of `size`, counted from the first.
std::vector<int64_t> indices_of(OnnxImport& import, const OnnxNode& node, int64_t size) {
  import.charge_copy(import.constant(node, 1).shape, DType::i64);
  auto indices = all_integers(import.constant(node, 1));
  for (int64_t& i : indices) {
    if (i < -size || i >= size) throw node.error("has an index {} of {}", i, size);
    if (i < 0) i += size;
  }
  return indices;
}

class Writer {
 public:
  Writer(OnnxImport& import, DType type, const Shape& shape) : type_(type), shape_(shape) {
    import.charge_copy(shape, type);
    out_.resize(static_cast<size_t>(bytes_of(shape, type)));
  }

  void put(std::span<const std::byte> bytes) {
    if (!bytes.empty()) std::memcpy(out_.data() + at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }

  Tensor finish() { return Tensor::from_bytes(type_, shape_, std::move(out_)); }

 private:
  DType type_;
  Shape shape_;
  std::vector<std::byte> out_;
  size_t at_ = 0;
};

std::span<const std::byte> part(const Tensor& t, int64_t first, int64_t count) {
  const size_t size = size_bytes(t.dtype);
  return t.bytes.subspan(static_cast<size_t>(first) * size, static_cast<size_t>(count) * size);
}

}  // namespace

Tensor fold_concat(OnnxImport& import, const OnnxNode& node) {
  if (node.inputs() == 0) throw node.error("joins nothing");
  Tensor first = import.constant(node, 0);
  const auto axis = static_cast<int>(axis_from_first(node, node.integer("axis"), first.shape.rank()));
  // Sizes may have lost their type (fold_cast).
  std::vector<Tensor> parts;
  Shape shape = first.shape;
  shape[axis] = 0;
  for (size_t i = 0; i < node.inputs(); ++i) {
    const Tensor& t = import.constant(node, i);
    Shape rest = t.shape;
    if (rest.rank() == shape.rank()) rest[axis] = shape[axis];
    if (rest != shape)
      throw node.error("joins shapes {} and {} along axis {}", first.shape.str(), t.shape.str(), axis);
    if (t.dtype != first.dtype && (is_floating(t.dtype) || is_floating(first.dtype)))
      throw node.error("joins {} and {}", name(first.dtype), name(t.dtype));
    int64_t& sum = shape[axis];
    if (__builtin_add_overflow(sum, t.shape[axis], &sum)) throw node.error("joins too many elements");
    parts.push_back(t);
  }
  const bool one_type =
      std::all_of(parts.begin(), parts.end(), [&](const Tensor& t) { return t.dtype == first.dtype; });
  for (Tensor& t : parts)
    if (!one_type) t = fold_cast(import, t, DType::i64);
  Writer out(import, parts[0].dtype, Shape(shape.dims()));
  const int64_t rows = shape.elements() > 0 ? product(shape, 0, axis) : 0;
  for (int64_t i = 0; i < rows; ++i)
    for (const Tensor& t : parts) {
      const int64_t run = product(t.shape, axis, t.shape.rank());
      out.put(part(t, i * run, run));
    }
  return out.finish();
}

Tensor fold_gather(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const int rank = t.shape.rank();
  const auto axis = static_cast<int>(axis_from_first(node, node.integer("axis", 0), rank));
  const auto indices = indices_of(import, node, t.shape[axis]);
  const auto before = t.shape.dims().first(static_cast<size_t>(axis)),
             after = t.shape.dims().subspan(static_cast<size_t>(axis) + 1),
             between = import.constant(node, 1).shape.dims();
  std::vector<int64_t> dims(before.begin(), before.end());
  dims.insert(dims.end(), between.begin(), between.end());
  dims.insert(dims.end(), after.begin(), after.end());
  Writer out(import, t.dtype, Shape(dims));
  const int64_t run = product(t.shape, axis + 1, rank);
  if (Shape(dims).elements() > 0)
    for (int64_t i = 0; i < product(t.shape, 0, axis); ++i)
      for (const int64_t index : indices) out.put(part(t, (i * t.shape[axis] + index) * run, run));
  return out.finish();
}

Tensor fold_gather_elements(OnnxImport& import, const OnnxNode& node) {
  const Tensor& t = import.constant(node, 0);
  const Shape& shape = import.constant(node, 1).shape;
  const int rank = t.shape.rank();
  const auto axis = static_cast<int>(axis_from_first(node, node.integer("axis", 0), rank));
  bool inside = shape.rank() == rank;
  for (int i = 0; inside && i < rank; ++i) inside = i == axis || shape[i] <= t.shape[i];
  if (!inside) throw node.error("has indices of shape {} into {}", shape.str(), t.shape.str());
  Writer out(import, t.dtype, shape);
  const auto indices = indices_of(import, node, t.shape[axis]);
  std::vector<int64_t> at(static_cast<size_t>(rank));
  for (const int64_t index : indices) {
    int64_t element = 0;
    for (int i = 0; i < rank; ++i)
      element = element * t.shape[i] + (i == axis ? index : at[static_cast<size_t>(i)]);
    out.put(part(t, element, 1));
    for (int i = rank; i-- > 0 && ++at[static_cast<size_t>(i)] == shape[i];) at[static_cast<size_t>(i)] = 0;
  }
  return out.finish();
}

Tensor fold_where(OnnxImport& import, const OnnxNode& node) {
  std::array<Tensor, 3> in{import.constant(node, 0), import.constant(node, 1), import.constant(node, 2)};
  if (in[0].dtype != DType::boolean || in[1].dtype != in[2].dtype)
    throw node.error("chooses by {} between {} and {}", name(in[0].dtype), name(in[1].dtype),
                     name(in[2].dtype));
  const std::array<const Tensor*, 3> all{&in[0], &in[1], &in[2]};
  const Shape shape = broadcast_shape(all);
  for (Tensor& t : in) t = expand(import, t, shape);
  Writer out(import, in[1].dtype, shape);
  for (int64_t i = 0; i < shape.elements(); ++i)
    out.put(part(in[0].bytes[static_cast<size_t>(i)] != std::byte{0} ? in[1] : in[2], i, 1));
  return out.finish();
}

}  // namespace fxe
