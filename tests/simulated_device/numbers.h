// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/dtype.h"

// Numbers as libraries' kernels read and write them.
namespace fxe::sim {

std::vector<float> load(DType, const void* from, int64_t elements);

// Rounds to the type, or saturates if settings.h says so.
void store(DType, const std::vector<float>& values, void* to);

// Truncates operands to TF32, as tensor cores may.
void truncate_to_tf32(std::vector<float>& values);

// As in a library's fused kernel, where a NaN may be lost.
void relu(std::vector<float>& values);

bool overlap(const void* a, size_t a_bytes, const void* b, size_t b_bytes);

}  // namespace fxe::sim
