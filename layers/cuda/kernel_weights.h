// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc/nhwc.h"
#include "layers/cuda/weight_store.h"
#include "layers/op.h"

// Weights in the forms that our kernels and cuDNN's read. Equal forms are stored once.
namespace fxe::cuda {

struct WeightForm {
  std::string name;
  WeightStore::Convert convert;
};

// [stored_k h*w*stored_c], in the image's type: rows that multiply an image in its own layout.
WeightForm linear_rows(const Linear&, const NhwcTensor& image, int64_t stored_k);

// [stored_k r s stored_c]; c and stored_c are those of one group's input.
WeightForm conv_filters(const Conv2d&, int64_t c, int64_t stored_c, int64_t stored_k, DType type);

// [stored_k].
WeightForm bias_form(const std::string& bias, DType type, int64_t stored_k);

}  // namespace fxe::cuda
