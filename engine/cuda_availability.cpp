// SPDX-License-Identifier: Apache-2.0
#include "engine/cuda_availability.h"

#ifndef FXE_HAVE_CUDA

namespace fxe {

CudaAvailability cuda_availability() {
  return {
      .text =
          "built without CUDA: to use a GPU, build where a CUDA toolkit >= 12.8 and cuDNN 9 are installed"};
}

std::string matmul_library_version() { return {}; }

}  // namespace fxe

#endif  // otherwise engine/cuda/cuda_status.cpp
