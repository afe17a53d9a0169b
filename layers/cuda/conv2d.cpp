// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/conv_step.h"
#include "layers/cuda/kernel_weights.h"
#include "layers/cuda/weight_forms.h"

#include <fmt/format.h>

namespace fxe::cuda {

namespace {

ConvParts parts_of(const Conv2d& op, const OpContext& context, StepBuilder& step) {
  ConvParts parts{.bias = op.bias, .act = op.act};
  parts.x = step.ordered_input(0);
  if (op.add_residual) parts.residual = step.ordered_input(1);
  parts.y = step.output();
  const NhwcTensor &x = parts.x.image, &y = parts.y.image;
  parts.conv = geometry_of(op, x, y);

  const int64_t c = context.inputs[0].shape[1] / op.groups, stored_c = op.groups == 1 ? x.stored_c : c;
  parts.krsc_weight = [=, &op, &step, stored_k = y.stored_c](DType type) {
    const WeightForm form = conv_filters(op, c, stored_c, stored_k, type);
    return step.weight(op.weight, form.name, form.convert);
  };
  parts.rsck_weight = [=, &op, &step, stored_k = y.stored_c](DType type) {
    return step.weight(op.weight, fmt::format("rsck {}", name(type)), [=, &op](const std::vector<float>& w) {
      return to_bytes(to_rsck(w, op.k, c, op.filter, stored_k), type, op.weight);
    });
  };
  return parts;
}

}  // namespace

CudnnConv geometry_of(const Conv2d& op, const NhwcTensor& x, const NhwcTensor& y) {
  return {.dtype = y.dtype,
          .n = x.n,
          .c = x.stored_c,
          .h = x.h,
          .w = x.w,
          .k = y.stored_c,
          .p = y.h,
          .q = y.w,
          .filter = op.filter,
          .stride = op.stride,
          .dilation = op.dilation,
          .pad = op.pad,
          .groups = op.groups};
}

bool is_depthwise(const Conv2d& op, const NhwcTensor& x) {
  return op.groups > 1 && op.groups == op.k && op.groups == x.c;
}

bool groups_fit(const Conv2d& op, const NhwcTensor& x, const NhwcTensor& y) {
  return op.groups == 1 || (x.c == x.stored_c && y.c == y.stored_c);
}

Prepared CudaBackend::prepare(const Conv2d& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    const ConvParts parts = parts_of(op, context, step);
    const NhwcTensor &x = parts.x.image, &y = parts.y.image;
    const bool depthwise = is_depthwise(op, x);
    const auto fused = depthwise || !groups_fit(op, x, y) ? std::nullopt : fused_conv(*this, parts);
    if (fused)
      add_cudnn_conv(*this, step, parts, *fused);
    else
      add_direct_conv(step, parts, depthwise);
  });
}

}  // namespace fxe::cuda
