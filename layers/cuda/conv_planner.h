// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "layers/cuda/cudnn_conv.h"

namespace fxe::cuda {

// Chooses cuDNN plans, each convolution once: networks repeat their layers.
class ConvPlanner {
 public:
  ConvPlanner(const CudnnTarget& target, Precision precision) : target_(target), options_{precision} {}

  // nullptr: cuDNN has no plan that CudnnPlan::choose accepts.
  std::shared_ptr<const CudnnPlan> plan(const CudnnConv& conv);

 private:
  const CudnnTarget& target_;
  CudnnPlanOptions options_;
  std::map<std::string, std::shared_ptr<const CudnnPlan>> plans_;  // by CudnnConv::str()
};

}  // namespace fxe::cuda
