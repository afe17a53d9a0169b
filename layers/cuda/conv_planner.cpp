// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/conv_planner.h"

namespace fxe::cuda {

std::shared_ptr<const CudnnPlan> ConvPlanner::plan(const CudnnConv& conv) {
  const auto [found, is_new] = plans_.try_emplace(conv.str());
  if (is_new)
    if (auto plan = CudnnPlan::choose(make_graph(conv), target_, options_))
      found->second = std::make_shared<const CudnnPlan>(std::move(*plan));
  return found->second;
}

}  // namespace fxe::cuda
