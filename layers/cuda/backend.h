// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/cuda/conv_planner.h"
#include "layers/cuda/cuda_backend.h"
#include "layers/cuda/cudnn_target.h"
#include "layers/cuda/layout.h"
#include "layers/cuda/matmul_planner.h"
#include "layers/cuda/weight_store.h"

namespace fxe::cuda {

// A last fully connected layer of more multiply-adds is left to tensor cores where the precision has them,
// and its logits are fp32. By estimate, so many without tensor cores take as long as the launch that fusing
// saves.
inline constexpr int64_t kFewProducts = int64_t{1} << 26;

class CudaBackend final : public Backend, FusedHeads {
 public:
  CudaBackend(Device& device, CudnnTarget target, const PlanCacheKey& key, const CudaPlanOptions& options);

  std::string name() const override { return "cuda"; }
  Device& device() override { return device_; }
  Precision precision() const override { return precision_; }

  FusedHeads* fused_heads() override { return this; }

  Prepared prepare(const Op& op, const OpContext& context) override {
    return std::visit([&](const auto& o) { return prepare(o, context); }, op);
  }
  FXE_OPERATIONS(FXE_PREPARE)
  Prepared prepare_output(const OpContext&) override;
  std::vector<float> read(Queue&, const Value&, const void* data) override;

  DType dtype() const { return storage_dtype(precision_); }
  cudnnHandle_t handle() const { return target_.handle(); }
  ConvPlanner& planner() { return planner_; }
  MatmulPlanner& matmuls() { return matmuls_; }
  WeightStore& weights() { return weights_; }

 private:
  PreparedHead prepare_head(const HeadContext&) override;

  Device& device_;
  Precision precision_;
  CudnnTarget target_;
  PlanCache cache_;
  ConvPlanner planner_;
  MatmulPlanner matmuls_;
  WeightStore weights_{device_};
};

}  // namespace fxe::cuda
