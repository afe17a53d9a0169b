// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <vector>

namespace fxe {

// The nodes that a capturing stream would wait for next; empty for a stream that is not capturing.
std::vector<cudaGraphNode_t> captured_front(cudaStream_t);

// The nodes added between two fronts of one stream: `after` and everything before it, up to `before`.
std::vector<cudaGraphNode_t> nodes_between(const std::vector<cudaGraphNode_t>& before,
                                           const std::vector<cudaGraphNode_t>& after);

}  // namespace fxe
