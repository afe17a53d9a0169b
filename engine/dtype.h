// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fxe {

enum class DType { f16, bf16, f32, f64, u8, i8, i16, i32, i64, boolean };

size_t size_bytes(DType type);
std::string_view name(DType type);  // "f16", "bf16", ...

// IEEE binary16 and bfloat16 as bit patterns. Conversion to fp32 is exact; from fp32 it rounds to
// nearest even.
float half_to_float(uint16_t bits);
float bfloat16_to_float(uint16_t bits);
uint16_t float_to_half(float value);
uint16_t float_to_bfloat16(float value);

// Converts `count` = out.size() elements of `type`, stored little-endian at `data` (any alignment), to fp32.
// fp64 and integers past 2^24 are rounded to nearest.
void convert_to_float(DType type, const std::byte* data, std::span<float> out);

}  // namespace fxe
