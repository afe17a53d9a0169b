// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "metareasoner/cuda/cuda_executor.h"

namespace fxe {

// The size of a program as one CUDA graph, found by recording it: needs no GPU. A cuDNN plan counts as one
// kernel; some are two.
struct GraphSize {
  size_t kernels = 0, copies = 0, ifs = 0, switches = 0;  // nodes, including those in bodies
  size_t device_bytes = 0;  // inputs, results, state and the members' arena; weights are their backend's

  size_t nodes() const { return kernels + copies + ifs + switches; }
};

// Binds the members to memory that is freed afterwards: an executor made later rebinds them.
GraphSize graph_size(std::vector<MemberSlot> members, const OperatingPoint&, CudaExecutorOptions);

}  // namespace fxe
