// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "engine/cuda/cuda_status.h"

namespace fxe {

// nvcc's list of the architectures that this file, and so every kernel, is compiled for: 900 is sm_90.
std::vector<int> built_architectures() {
  std::vector<int> built;
  for (const int architecture : std::array{__CUDA_ARCH_LIST__}) built.push_back(architecture / 10);
  return built;
}

}  // namespace fxe
