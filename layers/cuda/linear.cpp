// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.h"
#include "layers/cuda/conv_step.h"
#include "layers/cuda/kernel_weights.h"
#include "layers/cuda/weight_forms.h"

#include <fmt/format.h>

namespace fxe::cuda {

namespace {

// Up to here the time is that of reading the weights, which our kernel does once; above it products count,
// and cuDNN has tensor cores.
constexpr int64_t kFewRows = 8;

void add_own_kernel(StepBuilder& step, const ConvParts& parts) {
  const Operand bias = parts.bias.empty() ? Operand{} : bias_operand(step, parts, DType::f32);
  step.add("linear",
           [x = parts.x.image, f = pointwise_function(parts.act), y = parts.y.image](
               Queue& queue, std::span<void* const> a) {
             launch_linear(queue, at(x, a[0]), a[1], static_cast<const float*>(a[2]), f, at(y, a[3]));
           },
           {parts.x, parts.krsc_weight(parts.x.image.dtype), bias, parts.y});
}

}  // namespace

// A flattened image is multiplied as it is kept, with the weights put in its order. For cuDNN it is a 1x1
// convolution of one pixel per row.
Prepared CudaBackend::prepare(const Linear& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    ConvParts parts{.x = step.input(0), .y = step.output(), .bias = op.bias, .act = op.act};
    const NhwcTensor x = parts.x.image;
    const int64_t stored_k = parts.y.image.stored_c;
    parts.krsc_weight = [&, x, stored_k](DType) {
      const WeightForm form = linear_rows(op, x, stored_k);
      return step.weight(op.weight, form.name, form.convert);
    };
    if (x.n <= kFewRows) return add_own_kernel(step, parts);
    parts.rsck_weight = [&, x, stored_k](DType type) {
      return step.weight(op.weight, fmt::format("rsck of {}x{}x{} {}", x.h, x.w, x.c, fxe::name(type)),
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
