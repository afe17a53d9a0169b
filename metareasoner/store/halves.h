// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace fxe {

// half_to_float() for many values, vectorised; `out` and `in` have the same size.
void halves_to_floats(std::span<const uint16_t> in, std::span<float> out);

}  // namespace fxe
