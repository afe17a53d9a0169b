// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace fxe {

// Neither infinite nor NaN; without a branch, for loops over many.
inline bool is_finite(float v) { return (std::bit_cast<uint32_t>(v) & 0x7fffffffu) < 0x7f800000u; }
bool all_finite(std::span<const float>);

}  // namespace fxe
