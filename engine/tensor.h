// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/dtype.h"
#include "engine/shape.h"

namespace fxe {

// Read-only tensor in host memory: row-major, little-endian, at any alignment. Copies share the bytes, which
// may be a mapped file; `owner` keeps them, and the factors, alive.
struct Tensor {
  DType dtype = DType::f32;
  Shape shape;
  std::span<const std::byte> bytes;  // shape.elements() * size_bytes(dtype)
  std::shared_ptr<const void> owner;
  // None, or one per row (of the first dimension): a value is then its stored value, as fp32, times its row's
  // factor, rounded once to fp32. optimize() makes such tensors; weight files never do.
  std::span<const double> factors = {};

  // Elements [first, first + out.size()); fp64 and integers are rounded to nearest.
  void read(size_t first, std::span<float> out) const;
  std::vector<float> to_float() const;
  // Multiplies each row by another factor. The bytes are not copied.
  Tensor times(std::vector<double> row_factors) const;

  static Tensor from_floats(const Shape& shape, std::vector<float> values);
  static Tensor from_bytes(DType dtype, const Shape& shape, std::vector<std::byte> bytes);
};

// Tensors by name, as a weight file holds them. Ordered, so that listings and errors are the same everywhere.
using TensorMap = std::map<std::string, Tensor, std::less<>>;

}  // namespace fxe
