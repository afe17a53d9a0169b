// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/cpu/cpu_backend.h"
#include "layers/cpu/padded_image.h"
#include "layers/cpu/row_chain.h"

// Layers as stages of a RowChain, on the kernels that also run them alone; x and y are their shapes. Weights
// are the model's [k c r s]; a null bias means none.
namespace fxe::cpu {

bool is_row_stage(const Op&, const Shape& x);

RowStage padded_rows(const PaddedImage&);
// By DirectConv.
RowStage conv_rows(const Conv2d&, const Shape& x, const Shape& y, const Tensor& weight, const Tensor* bias,
                   CpuBackend&);
// By DepthwiseConv.
RowStage depthwise_rows(const Conv2d&, const Shape& x, const Shape& y, const Tensor& weight,
                        const Tensor* bias);
RowStage maximum_rows(const Pool2d&, const Shape& x, const Shape& y);

}  // namespace fxe::cpu
