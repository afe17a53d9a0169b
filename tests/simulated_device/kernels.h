// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

// Connects the kernels, which see the SIMT shim instead of CUDA's headers, to the runtime, which sees those.
namespace fxe::sim {

struct KernelLaunch {
  const char* name;
  unsigned blocks[3], threads;
  size_t shared_bytes, parameter_bytes;
  std::function<void()> run;
};

// `queue`: the fxe::Queue of the launch. Throws as FXE_CUDA does if the launch is refused.
void launch_kernel(void* queue, const KernelLaunch&);

// Counts this launch. True if settings.h wants it to fail.
bool this_launch_fails();

}  // namespace fxe::sim
