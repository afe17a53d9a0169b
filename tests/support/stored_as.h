// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <stdexcept>

#include "engine/tensor.h"

namespace fxe::test {

// A tensor of these values, each rounded to a floating type.
inline Tensor stored_as(DType type, const Shape& shape, const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * size_bytes(type));
  const auto store = [&](auto convert) {
    for (size_t i = 0; i < values.size(); ++i) {
      const auto stored = convert(values[i]);
      std::memcpy(&bytes[i * sizeof(stored)], &stored, sizeof(stored));
    }
  };
  if (type == DType::f32)
    store([](float v) { return v; });
  else if (type == DType::f64)
    store([](float v) { return static_cast<double>(v); });
  else if (type == DType::f16)
    store(float_to_half);
  else if (type == DType::bf16)
    store(float_to_bfloat16);
  else
    throw std::logic_error("not a floating type");
  return Tensor::from_bytes(type, shape, std::move(bytes));
}

}  // namespace fxe::test
