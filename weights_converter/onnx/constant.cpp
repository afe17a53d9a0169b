// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/constant.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/repeated_bytes.h"
#include "weights_converter/onnx/numbers.h"
#include "weights_converter/onnx/tensor.h"

namespace fxe {

namespace {

constexpr uint64_t kSmall = uint64_t{1} << 20;

Tensor fold_constant(OnnxImport&, const OnnxNode& node) {
  if (node.has("value_int")) return integer_tensor({node.integer("value_int")}, {});
  if (node.has("value_ints")) {
    const auto values = node.integers("value_ints");
    return integer_tensor(values, {static_cast<int64_t>(values.size())});
  }
  if (node.has("value_float")) return Tensor::from_floats({}, {node.number("value_float")});
  if (node.has("value_floats")) {
    auto values = node.numbers("value_floats");
    const auto count = static_cast<int64_t>(values.size());
    return Tensor::from_floats({count}, std::move(values));
  }
  throw node.error("has no value that fxe reads");
}

Tensor fold_identity(OnnxImport& import, const OnnxNode& node) { return import.constant(node, 0); }

Tensor fold_constant_of_shape(OnnxImport& import, const OnnxNode& node) {
  const Shape shape(import.integers(node, 0));
  const auto* given = node.tensor("value");
  const Tensor value = given ? read_onnx_tensor(*given, nullptr, nullptr) : Tensor::from_floats({1}, {0.0f});
  if (value.shape.elements() != 1)
    throw node.error("repeats a value of {} numbers; expected one", value.shape.elements());
  // Models without their weights, as exporters' tests have them, have whole layers of one number.
  if (bytes_of(shape, value.dtype) > kSmall) {
    import.charge_fill(shape, value.dtype);
    RepeatedBytes filled = repeat_bytes(value.bytes, static_cast<size_t>(bytes_of(shape, value.dtype)));
    return {value.dtype, shape, filled.bytes, std::move(filled.owner)};
  }
  import.charge_copy(shape, value.dtype);
  const size_t size = size_bytes(value.dtype);
  std::vector<std::byte> out(static_cast<size_t>(shape.elements()) * size);
  for (size_t i = 0; i < out.size(); i += size)
    std::copy(value.bytes.begin(), value.bytes.end(), out.begin() + static_cast<ptrdiff_t>(i));
  return Tensor::from_bytes(value.dtype, shape, std::move(out));
}

Tensor fold_range(OnnxImport& import, const OnnxNode& node) {
  std::array<Tensor, 3> in{import.constant(node, 0), import.constant(node, 1), import.constant(node, 2)};
  const DType type = in[0].dtype;
  for (const Tensor& t : in)
    if (t.shape.elements() != 1 || is_floating(t.dtype) != is_floating(type))
      throw node.error("expected three numbers of one type");
  const auto fill = [&](auto zero) {
    using T = decltype(zero);
    std::array<T, 3> v{};
    for (size_t i = 0; i < 3; ++i) read_numbers(in[i], 0, std::span(v).subspan(i, 1));
    const auto [start, limit, delta] = v;
    const double count =
        std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(delta));
    const bool exact =
        std::fabs(static_cast<double>(start)) < 0x1p53 && std::fabs(static_cast<double>(limit)) < 0x1p53;
    if (!exact || !(std::fabs(count) < 0x1p40))
      throw node.error("counts from {} to {} by {}", start, limit, delta);
    const Shape shape{std::max<int64_t>(static_cast<int64_t>(count), 0)};
    import.charge_copy(shape, DType::f64);
    std::vector<T> values(static_cast<size_t>(shape.elements()));
    for (size_t i = 0; i < values.size(); ++i) values[i] = start + static_cast<T>(i) * delta;
    std::vector<std::byte> out(values.size() * size_bytes(type));
    write_numbers(type, std::span<const T>(values), out.data());
    return Tensor::from_bytes(type, shape, std::move(out));
  };
  return is_floating(type) ? fill(0.0) : fill(int64_t{0});
}

Tensor cast(OnnxImport& import, const OnnxNode& node) {
  const auto type = onnx_dtype(node.integer("to"));
  const Tensor& t = import.constant(node, 0);
  if (!type) throw node.error("turns a constant of {} into ONNX type {}", name(t.dtype), node.integer("to"));
  return fold_cast(import, t, *type);
}

Tensor cast_like(OnnxImport& import, const OnnxNode& node) {
  return fold_cast(import, import.constant(node, 0), import.constant(node, 1).dtype);
}

Tensor fold_shape(OnnxImport& import, const OnnxNode& node) {
  const auto dims = import.constant(node, 0).shape.dims();
  return onnx_shape_part(node, {dims.begin(), dims.end()});
}

Tensor fold_size(OnnxImport& import, const OnnxNode& node) {
  return integer_tensor({import.constant(node, 0).shape.elements()}, {});
}

struct FoldRow {
  std::string_view type;
  OnnxFold fold;
};

constexpr std::array kFolds{
    FoldRow{"Cast", cast},
    FoldRow{"CastLike", cast_like},
    FoldRow{"Concat", fold_concat},
    FoldRow{"Constant", fold_constant},
    FoldRow{"ConstantOfShape", fold_constant_of_shape},
    FoldRow{"Expand", fold_expand},
    FoldRow{"Flatten", fold_flatten},
    FoldRow{"Gather", fold_gather},
    FoldRow{"GatherElements", fold_gather_elements},
    FoldRow{"Identity", fold_identity},
    FoldRow{"MatMul", fold_mat_mul},
    FoldRow{"Range", fold_range},
    FoldRow{"Reshape", fold_reshape},
    FoldRow{"Shape", fold_shape},
    FoldRow{"Size", fold_size},
    FoldRow{"Slice", fold_slice},
    FoldRow{"Squeeze", fold_squeeze},
    FoldRow{"Tile", fold_tile},
    FoldRow{"Transpose", fold_transpose},
    FoldRow{"Unsqueeze", fold_unsqueeze},
    FoldRow{"Where", fold_where},
};

}  // namespace

OnnxFold find_onnx_fold(std::string_view type) {
  for (const FoldRow& row : kFolds)
    if (row.type == type) return row.fold;
  if (const OnnxFold fold = find_elementwise_fold(type)) return fold;
  return find_reduction_fold(type);
}

Tensor onnx_shape_part(const OnnxNode& node, const std::vector<int64_t>& dims) {
  const auto rank = static_cast<int64_t>(dims.size());
  const auto position = [&](const char* attribute, int64_t otherwise) {
    const int64_t at = node.integer(attribute, otherwise);
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const int64_t start = position("start", 0), end = std::max(position("end", rank), start);
  return integer_tensor({dims.begin() + start, dims.begin() + end}, {end - start});
}

}  // namespace fxe
