// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "layers/cuda/cudnn_conv.h"
#include "layers/cuda/plan_cache.h"

namespace fxe::cuda {

// Time of one run of a plan on the device.
using PlanTimer = std::function<double(const CudnnConv&, std::shared_ptr<const CudnnPlan>)>;

// Chooses cuDNN plans, each convolution once: networks repeat their layers, and members of one architecture
// share all of them. With a timer, the fastest of the heuristics' plans; else the first. What was chosen
// before is in the cache.
class ConvPlanner {
 public:
  static constexpr size_t kMostTimed = 48;  // of one convolution

  ConvPlanner(const CudnnTarget& target, const CudnnPlanOptions& options, PlanCache* cache = nullptr)
      : target_(target), options_(options), cache_(cache) {}

  void time_with(PlanTimer timer) { timer_ = std::move(timer); }

  // nullptr: cuDNN has no plan that CudnnPlan::choose accepts.
  std::shared_ptr<const CudnnPlan> plan(const CudnnConv& conv);

  // Convolutions that heuristics were asked for, and that came from the cache.
  size_t chosen() const { return chosen_; }
  size_t recalled() const { return recalled_; }

 private:
  std::shared_ptr<const CudnnPlan> recall(const CudnnConv& conv);
  std::shared_ptr<const CudnnPlan> choose(const CudnnConv& conv);

  const CudnnTarget& target_;
  CudnnPlanOptions options_;
  PlanCache* cache_;
  PlanTimer timer_;
  std::map<std::string, std::shared_ptr<const CudnnPlan>> plans_;  // by CudnnConv::str()
  size_t chosen_ = 0, recalled_ = 0;
};

}  // namespace fxe::cuda
