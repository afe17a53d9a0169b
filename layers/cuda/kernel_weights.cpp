// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/kernel_weights.h"

#include <fmt/format.h>

#include "layers/cuda/weight_forms.h"

namespace fxe::cuda {

WeightForm linear_rows(const Linear& op, const NhwcTensor& image, int64_t stored_k) {
  return {fmt::format("rows of {}x{}x{} {}", image.h, image.w, image.c, name(image.dtype)),
          [op, image, stored_k](const std::vector<float>& w) {
            return to_bytes(to_rows_of(w, op.k, image, stored_k), image.dtype, op.weight);
          }};
}

WeightForm conv_filters(const Conv2d& op, int64_t c, int64_t stored_c, int64_t stored_k, DType type) {
  return {fmt::format("krsc {}", name(type)), [=](const std::vector<float>& w) {
            return to_bytes(to_krsc(w, op.k, c, op.filter, stored_k, stored_c), type, op.weight);
          }};
}

WeightForm bias_form(const std::string& bias, DType type, int64_t stored_k) {
  return {fmt::format("bias {}", name(type)), [bias, type, stored_k](const std::vector<float>& b) {
            return to_bytes(padded(b, stored_k), type, bias);
          }};
}

}  // namespace fxe::cuda
