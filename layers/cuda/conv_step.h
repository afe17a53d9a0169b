// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "kernels/nhwc/conv.h"
#include "layers/cuda/step.h"

// Shared by convolutions and fully connected layers: y = act(conv(x) + bias + residual).
namespace fxe::cuda {

struct ConvParts {
  CudnnConv conv;  // the geometry; bias, residual and relu are decided here
  Operand x, y, residual;
  std::string bias;  // name of the weight; empty: none
  Activation act;
  std::function<Operand(DType)> krsc_weight, rsck_weight;  // made when needed
};

// The geometry of a convolution from x to y.
CudnnConv geometry_of(const Conv2d&, const NhwcTensor& x, const NhwcTensor& y);
// One filter per channel: our own kernel runs it.
bool is_depthwise(const Conv2d&, const NhwcTensor& x);
// cuDNN's groups follow each other without padding.
bool groups_fit(const Conv2d&, const NhwcTensor& x, const NhwcTensor& y);

// [stored_k]; zeros without a bias.
Operand bias_operand(StepBuilder& step, const ConvParts& parts, DType type);

// Fuses as much as cuDNN has a plan for. Empty if it has no plan at all.
std::optional<CudnnConv> fused_conv(CudaBackend& backend, const ConvParts& parts);

// That kernel, then a pointwise one for whatever is not fused.
void add_cudnn_conv(CudaBackend& backend, StepBuilder& step, const ConvParts& parts, const CudnnConv& fused);

// Our own kernel.
void add_direct_conv(StepBuilder& step, const ConvParts& parts, bool depthwise);

}  // namespace fxe::cuda
