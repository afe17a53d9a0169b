// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/tensor.h"

namespace fxe {

// Elements [first, first + count) of a tensor as fp32: where they lie if they are fp32, aligned and without
// factors, as in a mapped file; else read into `room`.
std::span<const float> float_view(const Tensor&, size_t first, size_t count, std::vector<float>& room);

}  // namespace fxe
