// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nhwc.h"
#include "layers/cuda/weight_store.h"
#include "layers/op.h"

// The weights of fully connected layers as our kernels and cuDNN's read them: the same bytes.
namespace fxe::cuda {

struct WeightForm {
  std::string name;
  WeightStore::Convert convert;
};

// [stored_k h*w*stored_c], of the image's type: rows that multiply an image as it is kept.
WeightForm linear_rows(const Linear&, const NhwcTensor& image, int64_t stored_k);

// [stored_k].
WeightForm bias_form(const std::string& bias, DType type, int64_t stored_k);

}  // namespace fxe::cuda
