// SPDX-License-Identifier: Apache-2.0
#include "engine/tensor.h"

#include "engine/error.h"

namespace fxe {

namespace {

template <class T>
Tensor adopt(DType dtype, const Shape& shape, std::vector<T> values) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(values));
  const auto bytes = std::as_bytes(std::span<const T>(*owner));
  if (bytes.size() != static_cast<size_t>(shape.elements()) * size_bytes(dtype))
    throw run_time_error("a {} tensor of shape {} was given {} bytes", name(dtype), shape.str(),
                         bytes.size());
  return Tensor{dtype, shape, bytes, std::move(owner)};
}

}  // namespace

std::vector<float> Tensor::to_float() const {
  std::vector<float> out(static_cast<size_t>(shape.elements()));
  convert_to_float(dtype, bytes.data(), out);
  return out;
}

Tensor Tensor::from_floats(const Shape& shape, std::vector<float> values) {
  return adopt(DType::f32, shape, std::move(values));
}

Tensor Tensor::from_bytes(DType dtype, const Shape& shape, std::vector<std::byte> bytes) {
  return adopt(dtype, shape, std::move(bytes));
}

}  // namespace fxe
