// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "kernels/nhwc/conv.h"
#include "layers/cuda/step.h"

// What convolutions and fully connected layers have in common: y = act(conv(x) + bias + residual).
namespace fxe::cuda {

struct ConvParts {
  CudnnConv conv;  // the geometry; bias, residual and relu are decided here
  Operand x, y, residual;
  std::string bias;  // name of the weight; empty: none
  Activation act;
  std::function<Operand(DType)> krsc_weight, rsck_weight;  // made where needed
};

// The geometry of a convolution of x to y.
CudnnConv geometry_of(const Conv2d&, const NhwcTensor& x, const NhwcTensor& y);
// A filter for each channel, which our own kernel does.
bool is_depthwise(const Conv2d&, const NhwcTensor& x);
// cuDNN's groups follow each other without padding.
bool groups_fit(const Conv2d&, const NhwcTensor& x, const NhwcTensor& y);

// [stored_k], zeros where there is none.
Operand bias_operand(StepBuilder& step, const ConvParts& parts, DType type);

// With as much inside cuDNN's kernel as it has a plan for. Empty if it has none at all.
std::optional<CudnnConv> fused_conv(CudaBackend& backend, const ConvParts& parts);

// That kernel, with a pointwise one after it for what it leaves out.
void add_cudnn_conv(CudaBackend& backend, StepBuilder& step, const ConvParts& parts, const CudnnConv& fused);

// Our own kernel.
void add_direct_conv(StepBuilder& step, const ConvParts& parts, bool depthwise);

}  // namespace fxe::cuda
