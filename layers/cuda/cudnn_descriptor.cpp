// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/cudnn_descriptor.h"

#include <algorithm>
#include <array>

#include "engine/error.h"

namespace fxe {

void check_cudnn(cudnnStatus_t status, const char* expression, const char* file, int line) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 512> detail{};
  cudnnGetLastErrorString(detail.data(), detail.size());
  std::replace(detail.begin(), detail.end(), '\n', ' ');
  throw run_time_error("{}: {} ({}) at {}:{}", expression, cudnnGetErrorString(status), detail.data(), file,
                       line);
}

CudnnDescriptor::CudnnDescriptor(cudnnBackendDescriptorType_t type) {
  FXE_CUDNN(cudnnBackendCreateDescriptor(type, &descriptor_));
}

CudnnDescriptor::~CudnnDescriptor() {
  if (descriptor_) (void)cudnnBackendDestroyDescriptor(descriptor_);
}

void CudnnDescriptor::set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                              size_t count, const void* values) {
  FXE_CUDNN(cudnnBackendSetAttribute(descriptor_, name, type, static_cast<int64_t>(count), values));
}

void CudnnDescriptor::set(cudnnBackendAttributeName_t name, const CudnnDescriptor& value) {
  set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value.descriptor_);
}

void CudnnDescriptor::set(cudnnBackendAttributeName_t name, std::span<const CudnnDescriptor> values) {
  std::vector<cudnnBackendDescriptor_t> descriptors;
  for (const CudnnDescriptor& value : values) descriptors.push_back(value.descriptor_);
  set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, descriptors.size(), descriptors.data());
}

size_t CudnnDescriptor::get_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                size_t capacity, void* values) const {
  int64_t count = 0;
  FXE_CUDNN(
      cudnnBackendGetAttribute(descriptor_, name, type, static_cast<int64_t>(capacity), &count, values));
  return std::min(static_cast<size_t>(count), capacity);
}

size_t CudnnDescriptor::count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const {
  int64_t count = 0;
  FXE_CUDNN(cudnnBackendGetAttribute(descriptor_, name, type, 0, &count, nullptr));
  return static_cast<size_t>(count);
}

void CudnnDescriptor::get_into(cudnnBackendAttributeName_t name, CudnnDescriptor& into) const {
  if (get_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &into.descriptor_) != 1)
    throw run_time_error("cuDNN gave no descriptor for attribute {}", static_cast<int>(name));
}

void CudnnDescriptor::finalize() { FXE_CUDNN(cudnnBackendFinalize(descriptor_)); }

bool CudnnDescriptor::try_finalize() { return cudnnBackendFinalize(descriptor_) == CUDNN_STATUS_SUCCESS; }

}  // namespace fxe
