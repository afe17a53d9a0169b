// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/tensor.h"

namespace fxe {

// Elements [first, first + count) of a tensor as fp32: in place if they are aligned fp32 without factors, as
// in a mapped file; otherwise converted into `room`.
std::span<const float> float_view(const Tensor&, size_t first, size_t count, std::vector<float>& room);

}  // namespace fxe
