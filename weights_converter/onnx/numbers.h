// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "engine/tensor.h"

// Elements of constants as numbers to compute with. Floating types are computed in double and rounded to
// their own type after each operator: for +, -, *, / and square roots of fp32 that is exactly fp32
// arithmetic, and for fp16 it is what ONNX Runtime does. Integers and booleans are computed in int64, exactly
// or not at all.
namespace fxe {

bool is_floating(DType);

// Elements [first, first + out.size()). Throws bad_input if one stands for the batch size.
void read_numbers(const Tensor&, size_t first, std::span<double> out);
void read_numbers(const Tensor&, size_t first, std::span<int64_t> out);  // integers and booleans
std::vector<int64_t> all_integers(const Tensor&);  // throws bad_input for floating types

// Stores elements of `type` at `out`: floats rounded to nearest, integers truncated toward zero. Throws
// bad_input if an integer type cannot hold the number.
void write_numbers(DType type, std::span<const double>, std::byte* out);
void write_numbers(DType type, std::span<const int64_t>, std::byte* out);

}  // namespace fxe
