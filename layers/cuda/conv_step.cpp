// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/conv_step.h"

#include <fmt/format.h>

#include "layers/cuda/kernel_weights.h"

namespace fxe::cuda {

Operand bias_operand(StepBuilder& step, const ConvParts& parts, DType type) {
  const int64_t stored_k = parts.y.image.stored_c;
  if (parts.bias.empty()) return step.constant(std::vector<float>(static_cast<size_t>(stored_k)));
  const WeightForm form = bias_form(parts.bias, type, stored_k);
  return step.weight(parts.bias, form.name, form.convert);
}

std::optional<CudnnConv> fused_conv(CudaBackend& backend, const ConvParts& parts) {
  const bool residual = parts.residual.place != Operand::Place::none, bias = !parts.bias.empty(),
             relu = parts.act == Activation::relu();
  CudnnConv all = parts.conv, with_bias = parts.conv;
  all.residual = residual, all.relu = relu;
  // The fused kernels always have a bias: zeros if the layer has none.
  all.bias = with_bias.bias = true;
  std::vector<CudnnConv> ways;  // best first
  if (residual || relu) ways.push_back(all);
  if (bias) ways.push_back(with_bias);
  ways.push_back(parts.conv);
  for (const CudnnConv& conv : ways)
    if (backend.planner().plan(conv)) return conv;
  return {};
}

void add_cudnn_conv(CudaBackend& backend, StepBuilder& step, const ConvParts& parts, const CudnnConv& fused) {
  const DType type = parts.y.image.dtype;
  std::map<int64_t, Operand> tensors{
      {CudnnConv::kX, parts.x}, {CudnnConv::kW, parts.krsc_weight(type)}, {CudnnConv::kY, parts.y}};
  if (fused.residual) tensors[CudnnConv::kResidual] = parts.residual;
  if (fused.bias) tensors[CudnnConv::kBias] = bias_operand(step, parts, type);
  step.add(backend.planner().plan(fused), tensors);

  const Operand residual = fused.residual ? Operand{} : parts.residual;
  const Operand bias = fused.bias || parts.bias.empty() ? Operand{} : bias_operand(step, parts, DType::f32);
  const Activation act = fused.relu ? Activation::none() : parts.act;
  if (residual.place != Operand::Place::none || bias.place != Operand::Place::none || act)
    step.add_pointwise(parts.y, {.shift = bias, .other = residual, .act = act}, parts.y);
}

void add_direct_conv(StepBuilder& step, const ConvParts& parts, bool depthwise) {
  const auto as_int = [](int64_t value) { return static_cast<int>(value); };
  const CudnnConv& from = parts.conv;
  const DirectConv conv{.r = as_int(from.filter.h),
                        .s = as_int(from.filter.w),
                        .stride_h = as_int(from.stride.h),
                        .stride_w = as_int(from.stride.w),
                        .dilation_h = as_int(from.dilation.h),
                        .dilation_w = as_int(from.dilation.w),
                        .pad_top = as_int(from.pad.top),
                        .pad_left = as_int(from.pad.left),
                        .groups = as_int(from.groups),
                        .f = pointwise_function(parts.act)};
  const Operand bias = parts.bias.empty() ? Operand{} : bias_operand(step, parts, DType::f32);
  step.add(depthwise ? "nhwc_depthwise" : "nhwc_direct_conv",
           [conv, x = parts.x.image, y = parts.y.image,
            launch = depthwise ? launch_nhwc_depthwise : launch_nhwc_direct_conv](Queue& queue,
                                                                                  std::span<void* const> a) {
             DirectConv bound = conv;
             bound.weight = a[1];
             bound.bias = static_cast<const float*>(a[2]);
             launch(queue, at(x, a[0]), bound, at(y, a[3]), at(y, a[4]));
           },
           {parts.x, parts.rsck_weight(parts.y.image.dtype), bias, parts.residual, parts.y});
}

}  // namespace fxe::cuda
