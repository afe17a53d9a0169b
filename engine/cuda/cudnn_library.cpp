// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda/cudnn_library.h"

#include <cudnn.h>
#include <dlfcn.h>

#include <climits>
#include <string>

#include "engine/error.h"

namespace fxe {

namespace {

struct Library {
  void* handle = nullptr;
  std::string error;

  Library() {
    const std::string name = "libcudnn.so." + std::to_string(CUDNN_MAJOR);
    // Where the loader looks, which LD_LIBRARY_PATH adds to; then where it was when this was built.
    for (const std::string& path : {name, std::string(FXE_CUDNN_FOLDER "/") + name}) {
      handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (handle && has_graph()) return;
      if (error.empty()) error = dlerror();
      handle = nullptr;
    }
  }

  // cuDNN 9 loads this part at the first call, and ends the process where it cannot, such as for want
  // of memory.
  bool has_graph() const {
    if (CUDNN_MAJOR < 9) return true;
    char folder[PATH_MAX];
    if (dlinfo(handle, RTLD_DI_ORIGIN, folder) != 0) return false;
    const std::string path = folder + ("/libcudnn_graph.so." + std::to_string(CUDNN_MAJOR));
    return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr;
  }
};

const Library& library() {
  static const Library loaded;
  return loaded;
}

// `function` is cuDNN's own declaration of `name`.
template <class Function>
Function* find(Function*, const char* name) {
  if (!library().handle)
    throw run_time_error("cuDNN {} cannot be loaded: {}; install it, or use --device cpu", CUDNN_MAJOR,
                         library().error);
  if (void* found = dlsym(library().handle, name)) return reinterpret_cast<Function*>(found);
  throw run_time_error("this libcudnn.so.{} has no {}: install cuDNN {}.{} or later", CUDNN_MAJOR, name,
                       CUDNN_MAJOR, CUDNN_MINOR);
}

}  // namespace

std::string cudnn_load_error() { return library().error.empty() || library().handle ? "" : library().error; }

}  // namespace fxe

#define FXE_FIND(function) static const auto call = fxe::find(&function, #function)

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
