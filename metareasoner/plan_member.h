// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "layers/plan.h"
#include "metareasoner/member.h"

namespace fxe {

// A model compiled at every batch size of batch_sizes(capacity), or at some of them.
class PlanMember final : public Member {
 public:
  // `model` is compiled unchanged and not needed afterwards; `backend` must outlive the member.
  PlanMember(std::string name, const Model& model, Backend& backend, int64_t capacity);
  PlanMember(std::string name, const Model& model, Backend& backend,
             std::vector<int64_t> sizes);  // ascending

  const std::string& name() const override { return name_; }
  int64_t classes() const override { return plans_[0]->classes(); }
  int64_t input_elements() const override { return plans_[0]->input_elements(); }
  int64_t multiply_adds() const override;
  size_t arena_bytes() const override;
  void bind(void* arena, const void* input, float* logits, InputForm form = {}) override;
  void rebind(const void* input, int64_t batch) override;
  void enqueue(Queue&, int64_t batch) const override;
  void enqueue_with_tail(Queue&, int64_t batch, const TailCall&) const override;
  std::string head(int64_t batch) const override { return plan(batch).head(); }

  const Plan& plan(int64_t batch) const;  // batch: one of batch_sizes(capacity)
  const std::vector<std::unique_ptr<Plan>>& plans() const { return plans_; }  // by batch size, ascending
  PlanObserver* observe(PlanObserver*) override;                              // of each plan

 private:
  std::string name_;
  std::vector<int64_t> sizes_;
  std::vector<std::unique_ptr<Plan>> plans_;  // of sizes_[i]
  float* logits_ = nullptr;
  PlanObserver* observer_ = nullptr;
};

}  // namespace fxe
