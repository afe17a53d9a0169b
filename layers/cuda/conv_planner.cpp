// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/conv_planner.h"

namespace fxe::cuda {

namespace {

std::shared_ptr<const CudnnPlan> shared(CudnnPlan plan) {
  return std::make_shared<const CudnnPlan>(std::move(plan));
}

}  // namespace

std::shared_ptr<const CudnnPlan> ConvPlanner::plan(const CudnnConv& conv) {
  const auto [found, is_new] = plans_.try_emplace(conv.str());
  if (!is_new) return found->second;
  found->second = recall(conv);
  if (!found->second) found->second = choose(conv);
  return found->second;
}

// One that was only taken from the heuristics is no answer where plans are to be timed.
std::shared_ptr<const CudnnPlan> ConvPlanner::recall(const CudnnConv& conv) {
  const PlanCache::Entry* entry = cache_ ? cache_->find(conv.str()) : nullptr;
  if (!entry || (timer_ && !entry->timed_ms)) return nullptr;
  if (auto plan = CudnnPlan::make(make_graph(conv), target_, options_, entry->choice)) {
    ++recalled_;
    return shared(std::move(*plan));
  }
  cache_->drop(conv.str());
  return nullptr;
}

std::shared_ptr<const CudnnPlan> ConvPlanner::choose(const CudnnConv& conv) {
  ++chosen_;
  auto candidates = CudnnPlan::candidates(make_graph(conv), target_, options_, timer_ ? kMostTimed : 1);
  if (candidates.empty()) return nullptr;
  std::shared_ptr<const CudnnPlan> best;
  std::optional<double> best_ms;
  for (CudnnPlan& candidate : candidates) {
    auto plan = shared(std::move(candidate));
    if (!timer_) {
      best = std::move(plan);
      break;
    }
    const double ms = timer_(conv, plan);
    if (best_ms && ms >= *best_ms) continue;
    best = std::move(plan);
    best_ms = ms;
  }
  if (cache_) cache_->add(conv.str(), {best->choice(), best_ms});
  return best;
}

}  // namespace fxe::cuda
