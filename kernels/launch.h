// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "engine/device.h"
#include "kernels/simt.h"
#if defined(__CUDACC__)
#include "engine/cuda/cuda_device.h"
#endif

// The only way fxe launches its own kernels.
namespace fxe {

struct Grid {
  dim3 blocks{1, 1, 1};
  unsigned threads = 1;  // per block
  size_t dynamic_shared_bytes = 0;
};

// Enough blocks for `items` threads, one per item.
inline Grid grid_for(int64_t items, unsigned threads = 256) {
  return {dim3(static_cast<unsigned>((items + threads - 1) / threads)), threads};
}

// Enqueues kernel(arguments...), each converted to the kernel's parameter. `queue` is a CUDA queue; one that
// carries a recorder notes `name` and runs nothing. An empty grid launches nothing. Throws run_time if the
// launch is refused.
template <class... Parameters, class... Arguments>
void launch(Queue& queue, const char* name, void (*kernel)(Parameters...), const Grid& grid,
            const Arguments&... arguments) {
  if (grid.blocks.x == 0 || grid.blocks.y == 0 || grid.blocks.z == 0) return;
#if defined(__CUDACC__)
  const auto& cuda = static_cast<const CudaQueue&>(queue);
  if (cuda.recorder()) return cuda.recorder()->add(Recorder::Kind::launch, name);
  cudaLaunchConfig_t config{};
  config.gridDim = grid.blocks;
  config.blockDim = dim3(grid.threads);
  config.dynamicSmemBytes = grid.dynamic_shared_bytes;
  config.stream = cuda.stream();
  FXE_CUDA(cudaLaunchKernelEx(&config, kernel, Parameters(arguments)...));
#else
  simt::enqueue(&queue, name, kernel, grid.blocks, grid.threads, grid.dynamic_shared_bytes,
                Parameters(arguments)...);
#endif
}

}  // namespace fxe
