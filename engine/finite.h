// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace fxe {

// The magnitude's bits, which are ordered as magnitudes are: of an infinity kInfinityBits, of a NaN more. The
// largest of many is a loop that compilers make vectors of, as they do not of "all are finite".
inline constexpr uint32_t kInfinityBits = 0x7f800000u;
inline uint32_t magnitude_bits(float v) { return std::bit_cast<uint32_t>(v) & 0x7fffffffu; }

inline bool is_finite(float v) { return magnitude_bits(v) < kInfinityBits; }
float largest_magnitude(std::span<const float>);  // NaN where there is one
bool all_finite(std::span<const float>);

}  // namespace fxe
