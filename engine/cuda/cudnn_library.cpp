// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cudnn_library.h"

#include <cudnn.h>

#include "engine/cuda/vendor_library.h"

namespace fxe {

namespace {

// cuDNN 9 loads its graph part at the first call.
const VendorLibrary& library() {
  static const std::string major = std::to_string(CUDNN_MAJOR);
  static const VendorLibrary loaded("cuDNN " + major, "libcudnn.so." + major, FXE_CUDNN_FOLDER,
                                    CUDNN_MAJOR < 9 ? "" : "libcudnn_graph.so." + major);
  return loaded;
}

}  // namespace

std::string cudnn_load_error() { return library().error(); }

}  // namespace fxe

#define FXE_FIND(function) static const auto call = fxe::library().find(&function, #function)

extern "C" {

size_t cudnnGetVersion() {
  if (!fxe::cudnn_load_error().empty()) return 0;
  FXE_FIND(cudnnGetVersion);
  return call();
}
const char* cudnnGetErrorString(cudnnStatus_t status) {
  FXE_FIND(cudnnGetErrorString);
  return call(status);
}
void cudnnGetLastErrorString(char* message, size_t size) {
  FXE_FIND(cudnnGetLastErrorString);
  call(message, size);
}
cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  FXE_FIND(cudnnCreate);
  return call(handle);
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  FXE_FIND(cudnnDestroy);
  return call(handle);
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  FXE_FIND(cudnnSetStream);
  return call(handle, stream);
}
cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                           cudnnBackendDescriptor_t* made) {
  FXE_FIND(cudnnBackendCreateDescriptor);
  return call(type, made);
}
cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  FXE_FIND(cudnnBackendDestroyDescriptor);
  return call(descriptor);
}
cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor) {
  FXE_FIND(cudnnBackendFinalize);
  return call(descriptor);
}
cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count, const void* values) {
  FXE_FIND(cudnnBackendSetAttribute);
  return call(descriptor, name, type, count, values);
}
cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t const descriptor,
                                       cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                       int64_t requested, int64_t* count, void* values) {
  FXE_FIND(cudnnBackendGetAttribute);
  return call(descriptor, name, type, requested, count, values);
}
cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t addresses) {
  FXE_FIND(cudnnBackendExecute);
  return call(handle, plan, addresses);
}

}  // extern "C"
