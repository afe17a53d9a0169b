// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace fxe {

// A float's magnitude as bits, which order as magnitudes do: kInfinityBits for an infinity, more for a NaN.
// Compilers vectorise a loop for the largest of them, but not one for "all are finite".
inline constexpr uint32_t kInfinityBits = 0x7f800000u;
inline uint32_t magnitude_bits(float v) { return std::bit_cast<uint32_t>(v) & 0x7fffffffu; }

inline bool is_finite(float v) { return magnitude_bits(v) < kInfinityBits; }
float largest_magnitude(std::span<const float>);  // NaN if any of them is
bool all_finite(std::span<const float>);

}  // namespace fxe
