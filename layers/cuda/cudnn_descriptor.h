// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

// The cuDNN 9 backend (graph) API with owners and exceptions, nothing more.
namespace fxe {

// Throws run_time with the expression, the status and cuDNN's own last message, unless it succeeded.
void check_cudnn(cudnnStatus_t status, const char* expression, const char* file, int line);
#define FXE_CUDNN(expression) ::fxe::check_cudnn((expression), #expression, __FILE__, __LINE__)

// cuDNN's tag for a C++ type. Its descriptors and its device addresses are both void*: they use set_raw().
template <class T>
constexpr cudnnBackendAttributeType_t cudnn_type() {
  if constexpr (std::is_same_v<T, int64_t>)
    return CUDNN_TYPE_INT64;
  else if constexpr (std::is_same_v<T, double>)
    return CUDNN_TYPE_DOUBLE;
  else if constexpr (std::is_same_v<T, bool>)
    return CUDNN_TYPE_BOOLEAN;
  else if constexpr (std::is_same_v<T, cudnnHandle_t>)
    return CUDNN_TYPE_HANDLE;
  else if constexpr (std::is_same_v<T, cudnnDataType_t>)
    return CUDNN_TYPE_DATA_TYPE;
  else if constexpr (std::is_same_v<T, cudnnConvolutionMode_t>)
    return CUDNN_TYPE_CONVOLUTION_MODE;
  else if constexpr (std::is_same_v<T, cudnnPointwiseMode_t>)
    return CUDNN_TYPE_POINTWISE_MODE;
  else if constexpr (std::is_same_v<T, cudnnBackendHeurMode_t>)
    return CUDNN_TYPE_HEUR_MODE;
  else if constexpr (std::is_same_v<T, cudnnBackendNumericalNote_t>)
    return CUDNN_TYPE_NUMERICAL_NOTE;
  else if constexpr (std::is_same_v<T, cudnnBackendBehaviorNote_t>)
    return CUDNN_TYPE_BEHAVIOR_NOTE;
  else if constexpr (std::is_same_v<T, cudnnBackendKnobType_t>)
    return CUDNN_TYPE_KNOB_TYPE;
  else
    static_assert(std::is_same_v<T, int64_t>, "no tag for this type");
}

// Owns one backend descriptor. Descriptors given to another one must outlive it.
class CudnnDescriptor {
 public:
  explicit CudnnDescriptor(cudnnBackendDescriptorType_t type);
  CudnnDescriptor(CudnnDescriptor&& other) noexcept : descriptor_(other.descriptor_) {
    other.descriptor_ = nullptr;
  }
  CudnnDescriptor& operator=(CudnnDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~CudnnDescriptor();

  template <class T>
  void set(cudnnBackendAttributeName_t name, std::span<const T> values) {
    set_raw(name, cudnn_type<T>(), values.size(), values.data());
  }
  template <class T>
  void set(cudnnBackendAttributeName_t name, std::initializer_list<T> values) {
    set(name, std::span<const T>(values.begin(), values.size()));
  }
  template <class T>
  void set(cudnnBackendAttributeName_t name, const T& value) {
    set(name, std::span<const T>(&value, 1));
  }
  void set(cudnnBackendAttributeName_t name, const CudnnDescriptor& value);
  void set(cudnnBackendAttributeName_t name, std::span<const CudnnDescriptor> values);
  void set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, size_t count,
               const void* values);

  // At most `capacity` values.
  template <class T>
  std::vector<T> values(cudnnBackendAttributeName_t name, size_t capacity) const {
    std::vector<T> found(capacity);
    found.resize(get_raw(name, cudnn_type<T>(), capacity, found.data()));
    return found;
  }
  template <class T>
  T value(cudnnBackendAttributeName_t name) const {
    return values<T>(name, 1).at(0);
  }
  void get_into(cudnnBackendAttributeName_t name, CudnnDescriptor& into) const;
  size_t count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const;
  size_t get_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, size_t capacity,
                 void* values) const;

  void finalize();
  bool try_finalize();  // false: cuDNN does not support it

  cudnnBackendDescriptor_t get() const { return descriptor_; }

 private:
  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace fxe
