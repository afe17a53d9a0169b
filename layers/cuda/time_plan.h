// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/cuda/cublaslt_plan.h"
#include "layers/cuda/cudnn_conv.h"

namespace fxe::cuda {

// Milliseconds of one run of a plan on its device and on its own memory: the least of a few groups of runs
// after a warm-up. Operands are zero and stay in the caches, so use the time to choose between plans, not to
// report it.
double time_plan(Device&, cudnnHandle_t, const CudnnConv&, std::shared_ptr<const CudnnPlan>);
double time_plan(Device&, cublasLtHandle_t, const LtMatmul&, const LtPlan&);

}  // namespace fxe::cuda
