// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.h"

#include <fmt/format.h>

#include "engine/cuda/cuda_device.h"
#include "layers/cuda/conv_step.h"
#include "layers/cuda/kernel_weights.h"
#include "layers/cuda/weight_forms.h"

namespace fxe::cuda {

namespace {

// Up to here the time is that of reading the weights, which our kernel does once; above it products count,
// and libraries have tensor cores.
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

// Unless both were timed, cuBLASLt is preferred.
bool cudnn_is_faster(CudaBackend& backend, const ConvParts& parts, const LtMatmul& product) {
  const auto ms = backend.matmuls().timed_ms(product);
  const auto conv = ms ? fused_conv(backend, parts) : std::nullopt;
  const auto cudnn_ms = conv ? backend.planner().timed_ms(*conv) : std::nullopt;
  return cudnn_ms && *cudnn_ms < *ms;
}

// A large network end makes fp32, whatever the type of x. On a described GPU the step has no plan, because
// cuBLASLt plans only on a device. False if the layer is left to cuDNN.
bool add_cublaslt(CudaBackend& backend, const OpContext& context, StepBuilder& step, ConvParts parts) {
  const NhwcTensor x = parts.x.image;
  const bool is_large_end = context.is_result && x.n * parts.conv.c * context.output[1] > kFewProducts;
  const NhwcTensor y = image_of(context.output, is_large_end ? DType::f32 : backend.dtype());
  const LtMatmul product{.dtype = x.dtype,
                         .y_dtype = y.dtype,
                         .rows = x.n,
                         .outputs = y.stored_c,
                         .depth = parts.conv.c,
                         .bias = !parts.bias.empty(),
                         .relu = parts.act == Activation::relu()};
  const bool described = !backend.handle();
  const cublasLtHandle_t handle = described ? nullptr : backend.matmuls().handle();
  const auto plan = handle ? backend.matmuls().plan(product) : nullptr;
  if (!described && (!plan || cudnn_is_faster(backend, parts, product))) return false;

  parts.y = step.output_as(y);
  Operand bias;
  if (product.bias) {
    const WeightForm form = bias_form(parts.bias, y.dtype, parts.conv.k);
    bias = step.weight(parts.bias, form.name, form.convert);
  }
  const std::string name = plan ? fmt::format("cublaslt algorithm {}", plan->choice().engine) : "cublaslt";
  step.add(name,
           [plan, handle, name](Queue& queue, std::span<void* const> a) {
             auto& cuda = static_cast<CudaQueue&>(queue);
             if (cuda.recorder()) return cuda.recorder()->add(Recorder::Kind::launch, name);
             plan->enqueue(handle, {a[0], a[1], a[2], a[3], a[4]}, cuda.stream());
           },
           {parts.x, parts.krsc_weight(x.dtype), bias, parts.y,
            step.workspace(plan ? plan->workspace_bytes() : 0)});
  if (parts.act && !product.relu) step.add_pointwise(parts.y, {.act = parts.act}, parts.y);
  return true;
}

}  // namespace

// A flattened image is multiplied as it is kept, with the weights put in its order. For cuDNN it is a 1x1
// convolution of one pixel per row.
Prepared CudaBackend::prepare(const Linear& op, const OpContext& context) {
  return build_step(*this, context, [&](StepBuilder& step) {
    ConvParts parts{.x = step.input(0), .bias = op.bias, .act = op.act};
    const NhwcTensor x = parts.x.image;
    const int64_t stored_k = stored_channels(x.dtype, op.k);
    parts.conv = {.dtype = x.dtype, .n = x.n, .c = x.h * x.w * x.stored_c, .k = stored_k};
    parts.krsc_weight = [&, x, stored_k](DType) {
      const WeightForm form = linear_rows(op, x, stored_k);
      return step.weight(op.weight, form.name, form.convert);
    };
    if (x.n > kFewRows && add_cublaslt(*this, context, step, parts)) return;
    parts.y = step.output();
    if (x.n <= kFewRows) return add_own_kernel(step, parts);
    if (const auto fused = fused_conv(*this, parts)) return add_cudnn_conv(*this, step, parts, *fused);
    parts.rsck_weight = [&, x, stored_k](DType type) {
      return step.weight(op.weight, fmt::format("rsck of {}x{}x{} {}", x.h, x.w, x.c, fxe::name(type)),
                         [&](const std::vector<float>& w) {
                           return to_bytes(to_rsck(w, op.k, x.c, {x.h, x.w}, stored_k), type, op.weight);
                         });
    };
    parts.conv.filter = {x.h, x.w};  // the same as one window over the whole image
    add_direct_conv(step, parts, false);
  });
}

}  // namespace fxe::cuda
