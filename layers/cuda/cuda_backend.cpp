// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/cuda_backend.h"

#include "engine/cuda/cuda_device.h"
#include "engine/cuda/cuda_status.h"
#include "engine/error.h"
#include "kernels/nhwc/layout.h"
#include "layers/cuda/backend.h"
#include "layers/cuda/time_plan.h"

namespace fxe {

namespace cuda {

CudaBackend::CudaBackend(Device& device, CudnnTarget target, const PlanCacheKey& key,
                         const CudaPlanOptions& options)
    : device_(device),
      precision_(key.precision),
      target_(std::move(target)),
      cache_(options.cache_folder, key, options.say),
      planner_(target_, {key.precision, options.workspace_limit_bytes}, &cache_),
      matmuls_(target_.device(), {key.precision, options.workspace_limit_bytes}, &cache_, options.say) {
  if (!options.autotune || !target_.handle()) return;
  planner_.time_with([this](const CudnnConv& conv, std::shared_ptr<const CudnnPlan> plan) {
    return time_plan(device_, target_.handle(), conv, std::move(plan));
  });
  matmuls_.time_with([this](const LtMatmul& product, const std::shared_ptr<const LtPlan>& plan) {
    return time_plan(device_, matmuls_.handle(), product, *plan);
  });
}

std::vector<float> CudaBackend::read(Queue& queue, const Value& value, const void* data) {
  std::vector<float> values(static_cast<size_t>(value.shape.elements()));
  const size_t bytes = values.size() * sizeof(float);
  const Buffer plain = device_.allocate(bytes);
  const NhwcTensor image = at(image_of(value), const_cast<void*>(data));  // only read
  // An image's plain order is the order of its flattened rows.
  launch_nhwc_to_plain(queue, image, plain.as<float>());
  queue.copy(values.data(), plain.data(), bytes);
  queue.wait();
  return values;
}

}  // namespace cuda

namespace {

std::unique_ptr<Backend> make(Device& device, CudnnTarget target, const PlanCacheKey& key,
                              const CudaPlanOptions& options) {
  if (!has_precision(key.compute_capability, key.precision))
    throw bad_input("{} (sm_{}) has no {}, which needs sm_80; choose --precision fp32 or fp16", key.device,
                    key.compute_capability, name(key.precision));
  return std::make_unique<cuda::CudaBackend>(device, std::move(target), key, options);
}

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(Device& device, Precision precision, int index,
                                           const CudaPlanOptions& options) {
  const CudaStatus status = cuda_status();
  if (index < 0 || static_cast<size_t>(index) >= status.devices.size())
    throw run_time_error("there is no device cuda:{}: {}", index, status.text);
  const auto& gpu = status.devices[static_cast<size_t>(index)];
  return make(device, CudnnTarget(index),
              {gpu.name, gpu.compute_capability, gpu.multiprocessors, status.driver_version,
               status.cudnn_version, precision, options.workspace_limit_bytes},
              options);
}

std::unique_ptr<Backend> make_cuda_backend(Device& device, Precision precision, const DeviceDescription& gpu,
                                           const CudaPlanOptions& options) {
  return make(device, CudnnTarget(gpu),
              {std::string(gpu.product), gpu.compute_capability, gpu.multiprocessors, 0, cudnnGetVersion(),
               precision, options.workspace_limit_bytes},
              options);
}

}  // namespace fxe
