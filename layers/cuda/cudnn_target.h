// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cudnn.h>

#include <memory>
#include <optional>

#include "layers/cuda/cudnn_descriptor.h"
#include "layers/cuda/described_device.h"

namespace fxe {

// The device that plans are made for: a real one, by a handle on it, or one that is only described.
class CudnnTarget {
 public:
  explicit CudnnTarget(int device);  // throws run_time if cuDNN does not start on it
  explicit CudnnTarget(const DeviceDescription& device);

  int device() const { return device_; }  // -1: a described one
  // nullptr for a described device. One stream at a time: set it before each launch.
  cudnnHandle_t handle() const { return handle_.get(); }

  // Sets a descriptor's target: its handle attribute, or its device attribute.
  void set_handle(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t attribute) const;
  void set_device(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t attribute) const;

 private:
  int device_ = -1;
  struct Destroy {
    void operator()(cudnnHandle_t handle) const { (void)cudnnDestroy(handle); }
  };
  std::unique_ptr<cudnnContext, Destroy> handle_;
  std::optional<CudnnDescriptor> described_;
};

}  // namespace fxe
