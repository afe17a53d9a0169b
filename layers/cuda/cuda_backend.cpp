// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/cuda_backend.h"

#include "engine/cuda/cuda_device.h"
#include "engine/cuda/cuda_status.h"
#include "engine/error.h"
#include "kernels/nhwc_layout.h"
#include "layers/cuda/backend.h"

namespace fxe {

namespace cuda {

std::vector<float> CudaBackend::read(Queue& queue, const Value& value, const void* data) {
  std::vector<float> values(static_cast<size_t>(value.shape.elements()));
  const size_t bytes = values.size() * sizeof(float);
  const Buffer plain = device_.allocate(bytes);
  const NhwcTensor image = at(image_of(value), const_cast<void*>(data));  // only read
  // The plain order of an image is that of its flattened rows.
  launch_nhwc_to_plain(queue, image, plain.as<float>());
  queue.copy(values.data(), plain.data(), bytes);
  queue.wait();
  return values;
}

}  // namespace cuda

namespace {

std::unique_ptr<Backend> make(Device& device, Precision precision, CudnnTarget target, std::string_view gpu,
                              int compute_capability) {
  if (!has_precision(compute_capability, precision))
    throw bad_input("{} (sm_{}) has no {}, which needs sm_80; choose --precision fp32 or fp16", gpu,
                    compute_capability, name(precision));
  return std::make_unique<cuda::CudaBackend>(device, precision, std::move(target));
}

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(Device& device, Precision precision, int index) {
  const CudaStatus status = cuda_status();
  if (index < 0 || static_cast<size_t>(index) >= status.devices.size())
    throw run_time_error("there is no device cuda:{}: {}", index, status.text);
  const auto& gpu = status.devices[static_cast<size_t>(index)];
  return make(device, precision, CudnnTarget(index), gpu.name, gpu.compute_capability);
}

std::unique_ptr<Backend> make_cuda_backend(Device& device, Precision precision,
                                           const DeviceDescription& gpu) {
  return make(device, precision, CudnnTarget(gpu), gpu.product, gpu.compute_capability);
}

}  // namespace fxe
