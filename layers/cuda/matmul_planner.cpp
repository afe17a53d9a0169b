// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/matmul_planner.h"

#include <cuda_runtime_api.h>

#include "engine/cuda/cublaslt_library.h"
#include "engine/cuda/cuda_device.h"
#include "engine/error.h"

namespace fxe::cuda {

cublasLtHandle_t MatmulPlanner::handle() {
  if (std::exchange(asked_, true)) return handle_.get();
  const auto left_to_cudnn = [&](const std::string& why) {
    say_(fmt::format("{}: fully connected layers of larger batches are left to cuDNN", why));
    return nullptr;
  };
  if (const std::string error = cublaslt_load_error(); !error.empty())
    return left_to_cudnn(fmt::format("cuBLASLt {} cannot be loaded ({})", CUBLAS_VER_MAJOR, error));
  FXE_CUDA(cudaSetDevice(device_));
  cublasLtHandle_t handle = nullptr;
  if (const cublasStatus_t status = cublasLtCreate(&handle); status != CUBLAS_STATUS_SUCCESS)
    return left_to_cudnn(fmt::format("cuBLASLt does not start ({})", cublasLtGetStatusString(status)));
  handle_.reset(handle);
  return handle;
}

std::vector<LtPlan> MatmulPlanner::candidates(const LtMatmul& m, size_t most) {
  std::string why = "no algorithm suits";
  try {
    auto plans = LtPlan::candidates(handle(), m, options_, most);
    if (!plans.empty()) return plans;
  } catch (const Error& e) {
    why = e.what();
  }
  say_(fmt::format("cuBLASLt has no plan for {} ({}): left to cuDNN", m.str(), why));
  return {};
}

std::string MatmulPlanner::key(const LtMatmul& m) const {
  return fmt::format("cublaslt {} {}", cublasLtGetVersion(), m.str());
}

}  // namespace fxe::cuda
