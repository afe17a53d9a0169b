// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include "engine/cuda/cuda_device.h"

namespace fxe {

// Zeroed host memory that the device copies from and to without staging; plain memory if nothing runs.
class PinnedBuffer {
 public:
  PinnedBuffer(size_t bytes, bool pinned) : pinned_(pinned) {
    if (pinned)
      FXE_CUDA(cudaMallocHost(&data_, bytes));
    else if (!(data_ = std::malloc(bytes)))
      throw std::bad_alloc();
    std::memset(data_, 0, bytes);
  }
  ~PinnedBuffer() {
    if (pinned_)
      (void)cudaFreeHost(data_);
    else
      std::free(data_);
  }
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;

  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  bool pinned_;
};

}  // namespace fxe
