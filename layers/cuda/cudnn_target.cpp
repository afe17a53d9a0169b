// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/cudnn_target.h"

#include <cuda_runtime_api.h>

#include "engine/cuda/cuda_device.h"

namespace fxe {

CudnnTarget::CudnnTarget(int device) : device_(device) {
  FXE_CUDA(cudaSetDevice(device));
  cudnnHandle_t handle = nullptr;
  FXE_CUDNN(cudnnCreate(&handle));
  handle_.reset(handle);
}

CudnnTarget::CudnnTarget(const DeviceDescription& device) {
  const std::string json = device.json();
  described_.emplace(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  described_->set_raw(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, json.size() + 1,
                      json.c_str());
  described_->finalize();
}

void CudnnTarget::set_handle(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t attribute) const {
  if (handle_) descriptor.set(attribute, handle());
}

void CudnnTarget::set_device(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t attribute) const {
  if (described_) descriptor.set(attribute, *described_);
}

}  // namespace fxe
