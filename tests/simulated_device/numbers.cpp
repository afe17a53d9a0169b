// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/numbers.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "tests/simulated_device/settings.h"

namespace fxe::sim {

std::vector<float> load(DType type, const void* from, int64_t elements) {
  std::vector<float> values(static_cast<size_t>(elements));
  if (type == DType::f32) {
    std::memcpy(values.data(), from, values.size() * sizeof(float));
  } else {
    const auto* bits = static_cast<const uint16_t*>(from);
    const auto to_float = type == DType::f16 ? half_to_float : bfloat16_to_float;
    std::transform(bits, bits + elements, values.begin(), to_float);
  }
  return values;
}

void store(DType type, const std::vector<float>& values, void* to) {
  if (type == DType::f32) {
    std::memcpy(to, values.data(), values.size() * sizeof(float));
    return;
  }
  const bool saturates = type == DType::f16 && settings().fp16_saturates;
  std::transform(values.begin(), values.end(), static_cast<uint16_t*>(to), [&](float value) {
    if (saturates && !std::isnan(value)) value = std::clamp(value, -65504.0f, 65504.0f);
    return type == DType::f16 ? float_to_half(value) : float_to_bfloat16(value);
  });
}

void truncate_to_tf32(std::vector<float>& values) {
  for (float& value : values) value = std::bit_cast<float>(std::bit_cast<uint32_t>(value) & ~0x1fffu);
}

void relu(std::vector<float>& values) {
  const bool loses_nan = settings().relu_loses_nan;
  for (float& value : values) value = loses_nan ? std::fmax(value, 0.0f) : value < 0 ? 0.0f : value;
}

bool overlap(const void* a, size_t a_bytes, const void* b, size_t b_bytes) {
  return static_cast<const char*>(a) < static_cast<const char*>(b) + b_bytes &&
         static_cast<const char*>(b) < static_cast<const char*>(a) + a_bytes;
}

}  // namespace fxe::sim
