// SPDX-License-Identifier: Apache-2.0
#include "engine/tensor.h"

#include <algorithm>

#include "engine/clones_cpu.h"
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

FXE_CPU_CLONES void scale(std::span<float> values, double factor) {
  for (float& v : values) v = static_cast<float>(factor * v);
}

struct Scaled {
  std::vector<double> factors;
  std::shared_ptr<const void> bytes;
};

}  // namespace

void Tensor::read(size_t first, std::span<float> out) const {
  convert_to_float(dtype, bytes.data() + first * size_bytes(dtype), out);
  if (factors.empty() || out.empty()) return;
  const size_t row = static_cast<size_t>(shape.elements()) / factors.size();
  for (size_t k = first / row; !out.empty(); ++k) {
    const auto of_row = out.first(std::min((k + 1) * row - first, out.size()));
    scale(of_row, factors[k]);
    first += of_row.size();
    out = out.subspan(of_row.size());
  }
}

std::vector<float> Tensor::to_float() const {
  std::vector<float> out(static_cast<size_t>(shape.elements()));
  read(0, out);
  return out;
}

Tensor Tensor::times(std::vector<double> row_factors) const {
  if (shape.rank() == 0 || static_cast<int64_t>(row_factors.size()) != shape[0])
    throw run_time_error("a tensor of shape {} was given {} factors", shape.str(), row_factors.size());
  for (size_t k = 0; k < factors.size(); ++k) row_factors[k] *= factors[k];
  const auto scaled = std::make_shared<const Scaled>(std::move(row_factors), owner);
  return {dtype, shape, bytes, scaled, scaled->factors};
}

Tensor Tensor::from_floats(const Shape& shape, std::vector<float> values) {
  return adopt(DType::f32, shape, std::move(values));
}

Tensor Tensor::from_bytes(DType dtype, const Shape& shape, std::vector<std::byte> bytes) {
  return adopt(dtype, shape, std::move(bytes));
}

}  // namespace fxe
