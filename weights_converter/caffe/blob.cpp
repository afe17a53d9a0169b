// SPDX-License-Identifier: Apache-2.0
#include "weights_converter/caffe/blob.h"

#include "caffe.pb.h"
#include "weights_converter/byte_reader.h"

namespace fxe {

namespace {

Shape shape_of(const caffe::Blob& blob) {
  if (!blob.has_shape()) return Shape({blob.num(), blob.channels(), blob.height(), blob.width()});
  const auto& dims = blob.shape().dim();
  return Shape(std::span<const int64_t>(dims.data(), static_cast<size_t>(dims.size())));
}

template <class T>
Bytes bytes_of(const google::protobuf::RepeatedField<T>& field) {
  return std::as_bytes(std::span<const T>(field.data(), static_cast<size_t>(field.size())));
}

DType raw_type(const caffe::Blob& blob) {
  switch (blob.raw_data_type()) {
    case 0:
      return DType::f64;
    case 1:
      return DType::f32;
    case 2:
      return DType::f16;
    default:
      throw bad_input("has raw data of type {}; expected 0 (double), 1 (float) or 2 (half)",
                      blob.raw_data_type());
  }
}

}  // namespace

Tensor read_caffe_blob(const caffe::Blob& blob, std::shared_ptr<const void> owner) {
  Tensor tensor{DType::f32, shape_of(blob), bytes_of(blob.data()), std::move(owner)};
  if (blob.double_data_size() > 0) {
    tensor.dtype = DType::f64;
    tensor.bytes = bytes_of(blob.double_data());
  } else if (blob.has_raw_data()) {
    tensor.dtype = raw_type(blob);
    tensor.bytes = as_bytes(blob.raw_data());
  }
  const size_t element = size_bytes(tensor.dtype);
  if (tensor.bytes.size() % element != 0 ||
      tensor.bytes.size() / element != static_cast<uint64_t>(tensor.shape.elements()))
    throw bad_input("has the shape {} and {} bytes of {}", tensor.shape.str(), tensor.bytes.size(),
                    name(tensor.dtype));
  return tensor;
}

}  // namespace fxe
