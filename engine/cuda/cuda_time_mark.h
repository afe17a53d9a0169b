// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include "engine/cuda/cuda_device.h"

namespace fxe {

// The device's clock at a point in a queue's work. A recording queue logs the point; no time passes there.
class CudaTimeMark {
 public:
  CudaTimeMark() = default;
  ~CudaTimeMark();
  CudaTimeMark(const CudaTimeMark&) = delete;
  CudaTimeMark& operator=(const CudaTimeMark&) = delete;

  void set(CudaQueue&);  // after all work given to the queue so far; if set again, only the last one counts
  double ms_since(const CudaTimeMark& earlier) const;  // both must have been reached

 private:
  cudaEvent_t event_ = nullptr;  // created when first set
};

}  // namespace fxe
