// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/conv_step.h"
#include "layers/cuda/weight_forms.h"

#include <fmt/format.h>

namespace fxe::cuda {

// A 1x1 convolution of one pixel per row. A flattened image is multiplied as it is kept, with the weights put
// in its order.
Prepared CudaBackend::prepare(const Linear& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    ConvParts parts{.x = step.input(0), .y = step.output(), .bias = op.bias, .act = op.act};
    const NhwcTensor x = parts.x.image;
    const int64_t stored_k = parts.y.image.stored_c;
    const std::string kept_as = fmt::format("{}x{}x{}", x.h, x.w, x.c);
    parts.krsc_weight = [&, x, stored_k](DType type) {
      return step.weight(op.weight, fmt::format("rows of {} {}", kept_as, fxe::name(type)),
                         [&](const std::vector<float>& w) {
                           return to_bytes(to_rows_of(w, op.k, x, stored_k), type, op.weight);
                         });
    };
    parts.rsck_weight = [&, x, stored_k](DType type) {
      return step.weight(op.weight, fmt::format("rsck of {} {}", kept_as, fxe::name(type)),
                         [&](const std::vector<float>& w) {
                           return to_bytes(to_rsck(w, op.k, x.c, {x.h, x.w}, stored_k), type, op.weight);
                         });
    };
    parts.conv = {.dtype = x.dtype, .n = x.n, .c = x.h * x.w * x.stored_c, .k = stored_k};
    if (add_cudnn_conv(*this, step, parts)) return;
    parts.conv.filter = {x.h, x.w};  // the same as one window over the whole image
    add_direct_conv(step, parts, false);
  });
}

}  // namespace fxe::cuda
