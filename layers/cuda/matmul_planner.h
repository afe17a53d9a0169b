// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "layers/cuda/cublaslt_plan.h"
#include "layers/cuda/planner.h"

namespace fxe::cuda {

// cuBLASLt's plans for one GPU. The library is loaded and initialised on first use.
class MatmulPlanner final : public Planner<LtMatmul, LtPlan> {
 public:
  // `say` gets one line if the library is missing, does not start or has no plan for a product.
  MatmulPlanner(int device, const PlanOptions& options, PlanCache* cache, PlanCache::Say say)
      : Planner(cache), device_(device), options_(options), say_(std::move(say)) {}

  // What its plans run with; nullptr if the library is unavailable: plan() must not be called then.
  cublasLtHandle_t handle();

 private:
  struct Destroy {
    void operator()(cublasLtHandle_t handle) const { (void)cublasLtDestroy(handle); }
  };

  std::vector<LtPlan> candidates(const LtMatmul&, size_t most) override;
  std::optional<LtPlan> make(const LtMatmul& m, const PlanChoice& choice) override {
    return LtPlan::make(handle(), m, options_, choice);
  }
  std::string key(const LtMatmul&) const override;  // a choice is for one version of the library

  int device_;
  PlanOptions options_;
  PlanCache::Say say_;
  bool asked_ = false;
  std::unique_ptr<std::remove_pointer_t<cublasLtHandle_t>, Destroy> handle_;
};

}  // namespace fxe::cuda
