// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <vector>

namespace fxe {

// What a stream that is being captured would wait for next; empty for one that is not captured.
std::vector<cudaGraphNode_t> captured_front(cudaStream_t);

// The nodes that were added between two fronts of one stream: `after` and all before it up to `before`.
std::vector<cudaGraphNode_t> nodes_between(const std::vector<cudaGraphNode_t>& before,
                                           const std::vector<cudaGraphNode_t>& after);

}  // namespace fxe
