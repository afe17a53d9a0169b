// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/captured_nodes.h"

#include <algorithm>
#include <set>

#include "engine/cuda/cuda_device.h"

namespace fxe {

std::vector<cudaGraphNode_t> captured_front(cudaStream_t stream) {
  cudaStreamCaptureStatus status{};
  const cudaGraphNode_t* nodes = nullptr;
  const cudaGraphEdgeData* edges = nullptr;  // must be requested: otherwise edges that have data are an error
  size_t count = 0;
#if CUDART_VERSION >= 13000
  FXE_CUDA(cudaStreamGetCaptureInfo(stream, &status, nullptr, nullptr, &nodes, &edges, &count));
#else
  FXE_CUDA(cudaStreamGetCaptureInfo_v3(stream, &status, nullptr, nullptr, &nodes, &edges, &count));
#endif
  if (status != cudaStreamCaptureStatusActive) return {};
  return {nodes, nodes + count};
}

namespace {

std::vector<cudaGraphNode_t> predecessors(cudaGraphNode_t node) {
  size_t count = 0;
#if CUDART_VERSION >= 13000
  const auto get = cudaGraphNodeGetDependencies;
#else
  const auto get = cudaGraphNodeGetDependencies_v2;
#endif
  FXE_CUDA(get(node, nullptr, nullptr, &count));
  std::vector<cudaGraphNode_t> nodes(count);
  std::vector<cudaGraphEdgeData> edges(count);
  if (count) FXE_CUDA(get(node, nodes.data(), edges.data(), &count));
  return nodes;
}

}  // namespace

std::vector<cudaGraphNode_t> nodes_between(const std::vector<cudaGraphNode_t>& before,
                                           const std::vector<cudaGraphNode_t>& after) {
  std::set<cudaGraphNode_t> seen(before.begin(), before.end());
  std::vector<cudaGraphNode_t> added, open = after;
  while (!open.empty()) {
    const cudaGraphNode_t node = open.back();
    open.pop_back();
    if (!seen.insert(node).second) continue;
    added.push_back(node);
    for (const cudaGraphNode_t earlier : predecessors(node)) open.push_back(earlier);
  }
  return added;
}

}  // namespace fxe
