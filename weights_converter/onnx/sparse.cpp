// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "engine/error.h"
#include "onnx.pb.h"
#include "weights_converter/onnx/tensor.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

// Positions among all elements, from positions [k] or coordinates [k, rank].
std::vector<uint64_t> positions(const onnx::SparseTensor& proto, const Shape& shape,
                                OnnxExternalData* external) {
  const Tensor indices = read_onnx_tensor(proto.indices(), nullptr, external);
  const int64_t count = indices.shape.rank() > 0 ? indices.shape[0] : 0;
  const bool linear = indices.shape.rank() == 1, coordinates = indices.shape == Shape{count, shape.rank()};
  if (indices.dtype != DType::i64 || (!linear && !coordinates))
    throw bad_input("has indices of {} and shape {}; expected i64 [k] or [k, {}]", name(indices.dtype),
                    indices.shape.str(), shape.rank());
  const int64_t columns = linear ? 1 : shape.rank();
  std::vector<uint64_t> out;
  const std::byte* from = indices.bytes.data();
  for (int64_t i = 0; i < count; ++i) {
    int64_t position = 0;
    for (int64_t d = 0; d < columns; ++d, from += sizeof(int64_t)) {
      int64_t index = 0;
      std::memcpy(&index, from, sizeof(index));
      const int64_t size = linear ? shape.elements() : shape[static_cast<int>(d)];
      if (index < 0 || index >= size) throw bad_input("has an index {} of {}", index, size);
      position = linear ? index : position * size + index;
    }
    if (!out.empty() && static_cast<uint64_t>(position) <= out.back())
      throw bad_input("has indices that are not in ascending order");
    out.push_back(static_cast<uint64_t>(position));
  }
  return out;
}

Tensor dense(const onnx::SparseTensor& proto, OnnxExternalData* external,
             const std::function<void(const Shape&, DType)>& charge) {
  const Shape shape(std::span<const int64_t>(proto.dims().data(), static_cast<size_t>(proto.dims_size())));
  const Tensor values = read_onnx_tensor(proto.values(), nullptr, external);
  const auto at = positions(proto, shape, external);
  if (values.shape != Shape{static_cast<int64_t>(at.size())})
    throw bad_input("has values of shape {} for {} indices", values.shape.str(), at.size());
  const size_t size = size_bytes(values.dtype);
  charge(shape, values.dtype);
  std::vector<std::byte> out(static_cast<size_t>(shape.elements()) * size);
  for (size_t i = 0; i < at.size(); ++i)
    std::memcpy(out.data() + at[i] * size, values.bytes.data() + i * size, size);
  return Tensor::from_bytes(values.dtype, shape, std::move(out));
}

}  // namespace

Tensor read_onnx_sparse(const onnx::SparseTensor& proto, OnnxExternalData* external,
                        const std::function<void(const Shape&, DType)>& charge) {
  try {
    return dense(proto, external, charge);
  } catch (const Error& e) {
    throw Error(e.kind(),
                fmt::format("the sparse tensor '{}' {}", printable(proto.values().name()), e.what()));
  }
}

}  // namespace fxe
