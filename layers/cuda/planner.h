// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layers/cuda/plan_cache.h"

namespace fxe::cuda {

// Chooses one library's plans, once per problem, since networks repeat their layers and members of one
// architecture share all of them. With a timer it picks the fastest of the heuristics' plans, without one the
// first. Earlier choices come from the cache.
template <class Problem, class Plan>
class Planner {
 public:
  static constexpr size_t kMostTimed = 48;  // per problem

  // Milliseconds that one run of a plan takes on the device.
  using Timer = std::function<double(const Problem&, std::shared_ptr<const Plan>)>;

  // The cache may be nullptr.
  explicit Planner(PlanCache* cache) : cache_(cache) {}
  virtual ~Planner() = default;

  void time_with(Timer timer) { timer_ = std::move(timer); }

  // nullptr if the library has no suitable plan.
  std::shared_ptr<const Plan> plan(const Problem& problem) { return planned(problem).plan; }
  // The time of that plan, if it was measured, now or in an earlier run.
  std::optional<double> timed_ms(const Problem& problem) { return planned(problem).timed_ms; }

  // How many problems went to the heuristics, and how many came from the cache.
  size_t chosen() const { return chosen_; }
  size_t recalled() const { return recalled_; }

 protected:
  // The heuristics' suitable plans, best first, at most `most`.
  virtual std::vector<Plan> candidates(const Problem&, size_t most) = 0;
  // The plan of an earlier choice; empty if the library cannot make it now or it does not suit.
  virtual std::optional<Plan> make(const Problem&, const PlanChoice&) = 0;
  virtual std::string key(const Problem& problem) const { return problem.str(); }

 private:
  struct Planned {
    std::shared_ptr<const Plan> plan;
    std::optional<double> timed_ms;
  };

  const Planned& planned(const Problem& problem) {
    const std::string name = key(problem);
    const auto [found, is_new] = planned_.try_emplace(name);
    Planned& answer = found->second;
    if (!is_new) return answer;
    answer = recall(problem, name);
    if (!answer.plan) answer = choose(problem, name);
    return answer;
  }

  // A choice taken from the heuristics alone is no answer where plans are to be timed.
  Planned recall(const Problem& problem, const std::string& name) {
    const PlanCache::Entry* entry = cache_ ? cache_->find(name) : nullptr;
    if (!entry || (timer_ && !entry->timed_ms)) return {};
    if (auto plan = make(problem, entry->choice)) {
      ++recalled_;
      return {std::make_shared<const Plan>(std::move(*plan)), entry->timed_ms};
    }
    cache_->drop(name);
    return {};
  }

  Planned choose(const Problem& problem, const std::string& name) {
    ++chosen_;
    Planned best;
    for (Plan& candidate : candidates(problem, timer_ ? kMostTimed : 1)) {
      auto plan = std::make_shared<const Plan>(std::move(candidate));
      const auto ms = timer_ ? std::optional(timer_(problem, plan)) : std::nullopt;
      if (!best.plan || *ms < *best.timed_ms) best = {std::move(plan), ms};
    }
    if (cache_ && best.plan) cache_->add(name, {best.plan->choice(), best.timed_ms});
    return best;
  }

  PlanCache* cache_;
  Timer timer_;
  std::map<std::string, Planned> planned_;
  size_t chosen_ = 0, recalled_ = 0;
};

}  // namespace fxe::cuda
