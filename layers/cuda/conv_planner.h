// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/cuda/cudnn_conv.h"
#include "layers/cuda/planner.h"

namespace fxe::cuda {

// The plans of cuDNN that CudnnPlan::choose accepts.
class ConvPlanner final : public Planner<CudnnConv, CudnnPlan> {
 public:
  ConvPlanner(const CudnnTarget& target, const PlanOptions& options, PlanCache* cache = nullptr)
      : Planner(cache), target_(target), options_(options) {}

 private:
  std::vector<CudnnPlan> candidates(const CudnnConv& conv, size_t most) override {
    return CudnnPlan::candidates(make_graph(conv), target_, options_, most);
  }
  std::optional<CudnnPlan> make(const CudnnConv& conv, const PlanChoice& choice) override {
    return CudnnPlan::make(make_graph(conv), target_, options_, choice);
  }

  const CudnnTarget& target_;
  PlanOptions options_;
};

}  // namespace fxe::cuda
