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

class CudaBackend final : public Backend {
 public:
  CudaBackend(Device& device, CudnnTarget target, const PlanCacheKey& key, const CudaPlanOptions& options);

  std::string name() const override { return "cuda"; }
  Device& device() override { return device_; }
  Precision precision() const override { return precision_; }

  bool reads_any_input_form() const override { return true; }

  Prepared prepare(const Input&, const OpContext&) override;
  Prepared prepare(const Conv2d&, const OpContext&) override;
  Prepared prepare(const BatchNorm&, const OpContext&) override;
  Prepared prepare(const Scale&, const OpContext&) override;
  Prepared prepare(const LayerNorm&, const OpContext&) override;
  Prepared prepare(const Pool2d&, const OpContext&) override;
  Prepared prepare(const GlobalAveragePool&, const OpContext&) override;
  Prepared prepare(const Linear&, const OpContext&) override;
  Prepared prepare(const Activate&, const OpContext&) override;
  Prepared prepare(const PRelu&, const OpContext&) override;
  Prepared prepare(const Add&, const OpContext&) override;
  Prepared prepare(const ChannelGate&, const OpContext&) override;
  Prepared prepare(const Concat&, const OpContext&) override;
  Prepared prepare(const ChannelShuffle&, const OpContext&) override;
  Prepared prepare(const ChannelSlice&, const OpContext&) override;
  Prepared prepare(const ZeroPad&, const OpContext&) override;
  Prepared prepare(const Flatten&, const OpContext&) override;
  Prepared prepare(const Softmax&, const OpContext&) override;
  Prepared prepare(const Lrn&, const OpContext&) override;
  Prepared prepare(const ShortcutPad&, const OpContext&) override;
  Prepared prepare_output(const OpContext&) override;
  PreparedHead prepare_head(const HeadContext&) override;
  std::vector<float> read(Queue&, const Value&, const void* data) override;

  DType dtype() const { return storage_dtype(precision_); }
  cudnnHandle_t handle() const { return target_.handle(); }
  ConvPlanner& planner() { return planner_; }
  MatmulPlanner& matmuls() { return matmuls_; }
  WeightStore& weights() { return weights_; }

 private:
  Device& device_;
  Precision precision_;
  CudnnTarget target_;
  PlanCache cache_;
  ConvPlanner planner_;
  MatmulPlanner matmuls_;
  WeightStore weights_{device_};
};

}  // namespace fxe::cuda
