// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/onnx/tensor.h"

#include "onnx.pb.h"
#include "weights_converter/byte_reader.h"
#include "weights_converter/onnx/external.h"
#include "weights_converter/printable.h"

namespace fxe {

namespace {

constexpr int kExternal = 1;

// A field of numbers as the bytes of a tensor.
template <class T>
Bytes field_bytes(const google::protobuf::RepeatedField<T>& field) {
  return std::as_bytes(std::span<const T>(field.data(), static_cast<size_t>(field.size())));
}

// int32_data holds one number per element, even for smaller types.
template <class T>
std::vector<std::byte> narrow(const google::protobuf::RepeatedField<int32_t>& field) {
  std::vector<std::byte> out(static_cast<size_t>(field.size()) * sizeof(T));
  for (int i = 0; i < field.size(); ++i) {
    const T value = static_cast<T>(field.Get(i));
    std::memcpy(out.data() + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
  }
  return out;
}

Tensor from_fields(const onnx::Tensor& proto, DType type, const Shape& shape,
                   std::shared_ptr<const void> owner) {
  const auto refer = [&](Bytes bytes) { return Tensor{type, shape, bytes, owner}; };
  const auto keep = [&](std::vector<std::byte> bytes) {
    auto kept = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    return Tensor{type, shape, *kept, kept};
  };
  switch (type) {
    case DType::f32:
      return refer(field_bytes(proto.float_data()));
    case DType::f64:
      return refer(field_bytes(proto.double_data()));
    case DType::i64:
      return refer(field_bytes(proto.int64_data()));
    case DType::i32:
      return refer(field_bytes(proto.int32_data()));
    case DType::f16:
    case DType::bf16:
    case DType::i16:
      return keep(narrow<uint16_t>(proto.int32_data()));
    case DType::u8:
    case DType::i8:
    case DType::boolean:
      return keep(narrow<uint8_t>(proto.int32_data()));
  }
  throw run_time_error("unknown data type");
}

Tensor find_data(const onnx::Tensor& proto, DType type, const Shape& shape, std::shared_ptr<const void> owner,
                 OnnxExternalData* external) {
  if (proto.data_location() == kExternal || proto.external_data_size() > 0) {
    const std::string name = printable(proto.name());
    if (!external) throw bad_input("the tensor '{}' lies in another file", name);
    try {
      auto part = external->read(proto);
      return {type, shape, part.bytes, std::move(part.owner)};
    } catch (const Error& e) {
      throw Error(e.kind(), fmt::format("the tensor '{}': {}", name, e.what()));
    }
  }
  if (proto.has_raw_data()) return {type, shape, as_bytes(proto.raw_data()), std::move(owner)};
  return from_fields(proto, type, shape, std::move(owner));
}

}  // namespace

std::optional<DType> onnx_dtype(int64_t data_type) {
  switch (data_type) {
    case 1:
      return DType::f32;
    case 2:
      return DType::u8;
    case 3:
      return DType::i8;
    case 5:
      return DType::i16;
    case 6:
      return DType::i32;
    case 7:
      return DType::i64;
    case 9:
      return DType::boolean;
    case 10:
      return DType::f16;
    case 11:
      return DType::f64;
    case 16:
      return DType::bf16;
    default:
      return std::nullopt;
  }
}

Tensor read_onnx_tensor(const onnx::Tensor& proto, std::shared_ptr<const void> owner,
                        OnnxExternalData* external) {
  const std::string name = printable(proto.name());
  const auto type = onnx_dtype(proto.data_type());
  if (!type)
    throw bad_input("the tensor '{}' has ONNX type {}, which fxe does not read", name, proto.data_type());
  Shape shape;
  try {
    shape = Shape(std::span<const int64_t>(proto.dims().data(), static_cast<size_t>(proto.dims_size())));
  } catch (const Error& e) {
    throw bad_input("the tensor '{}': {}", name, e.what());
  }
  Tensor tensor = find_data(proto, *type, shape, std::move(owner), external);
  const size_t element = size_bytes(*type);
  if (tensor.bytes.size() % element != 0 ||
      tensor.bytes.size() / element != static_cast<uint64_t>(shape.elements()))
    throw bad_input("the tensor '{}' of shape {} and type {} has {} bytes", name, shape.str(),
                    fxe::name(*type), tensor.bytes.size());
  return tensor;
}

}  // namespace fxe
