// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/dtype.h"
#include "kernels/nhwc/nhwc.h"
#include "layers/op.h"

// Weights in the kernels' orders, padded with zeros. Pure functions of host memory.
namespace fxe::cuda {

// [k c r s] -> [stored_k r s stored_c], for cuDNN; c is one group's.
std::vector<float> to_krsc(std::span<const float> kcrs, int64_t k, int64_t c, const Extent2& filter,
                           int64_t stored_k, int64_t stored_c);

// [k c r s] -> [r s c stored_k], for the direct convolution; c is one group's.
std::vector<float> to_rsck(std::span<const float> kcrs, int64_t k, int64_t c, const Extent2& filter,
                           int64_t stored_k);

// [k c*h*w] -> [stored_k h*w*stored_c]: rows that multiply an image in its own layout, flattened or not.
std::vector<float> to_rows_of(std::span<const float> kc, int64_t k, const NhwcTensor& image,
                              int64_t stored_k);

// Padded with zeros.
std::vector<float> padded(std::span<const float> values, int64_t stored);

// As the device stores them, rounded to nearest even. Throws bad_input naming `weight` if a value overflows
// f16.
std::vector<std::byte> to_bytes(std::span<const float> values, DType dtype, const std::string& weight);

}  // namespace fxe::cuda
