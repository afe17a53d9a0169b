// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

// Between the kernels, which see the SIMT shim instead of CUDA's headers, and the runtime, which sees these.
namespace fxe::sim {

struct KernelLaunch {
  const char* name;
  unsigned blocks[3], threads;
  size_t shared_bytes, parameter_bytes;
  std::function<void()> run;
};

// `queue`: the fxe::Queue that it was given to. Throws what FXE_CUDA throws where it is refused.
void launch_kernel(void* queue, const KernelLaunch&);

// This launch is the one that settings.h wants to fail; counts it.
bool this_launch_fails();

}  // namespace fxe::sim
