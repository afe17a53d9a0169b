// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/plan_member.h"

#include <algorithm>
#include <utility>

#include "layers/expect_memory.h"

namespace fxe {

PlanMember::PlanMember(std::string name, const Model& model, Backend& backend, int64_t capacity)
    : PlanMember(std::move(name), model, backend, batch_sizes(capacity)) {}

PlanMember::PlanMember(std::string name, const Model& model, Backend& backend, std::vector<int64_t> sizes)
    : name_(std::move(name)), sizes_(std::move(sizes)) {
  for (int64_t size : sizes_) {
    plans_.push_back(compile(model, backend, size));
    expect_memory_to_run(model.graph, *plans_.back(), backend);
  }
}

int64_t PlanMember::multiply_adds() const {
  int64_t sum = 0;
  for (const auto& layer : plans_[0]->layers()) sum += layer.multiply_adds;
  return sum / plans_[0]->batch();
}

size_t PlanMember::arena_bytes() const {
  size_t most = 0;
  for (const auto& plan : plans_) most = std::max(most, plan->arena_bytes());
  return most;
}

void PlanMember::bind(void* arena, const void* input, float* logits, InputForm form) {
  logits_ = logits;
  for (const auto& plan : plans_) plan->bind(arena, input, logits, form);
}

void PlanMember::rebind(const void* input, int64_t batch) {
  plans_[smallest_fit(sizes_, batch)]->rebind(input, logits_);
}

void PlanMember::enqueue(Queue& queue, int64_t batch) const { plan(batch).enqueue(queue); }

PlanObserver* PlanMember::observe(PlanObserver* observer) {
  for (const auto& plan : plans_) plan->observe(observer);
  return std::exchange(observer_, observer);
}

void PlanMember::enqueue_with_tail(Queue& queue, int64_t batch, const TailCall& call) const {
  plan(batch).enqueue_with_tail(queue, call);
}

const Plan& PlanMember::plan(int64_t batch) const { return *plans_[smallest_fit(sizes_, batch)]; }

}  // namespace fxe
