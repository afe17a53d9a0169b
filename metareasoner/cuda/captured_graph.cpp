// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/captured_graph.h"

#include <utility>
#include <vector>

#include "engine/error.h"

namespace fxe {

namespace {

// From the Programming Guide, "Conditional node body graph requirements". Bodies may contain copies, but
// only of device and pinned memory; a library's would be from its stack, read at every launch, long after it
// has gone.
const char* what_is_wrong_with(cudaGraphNodeType type) {
  switch (type) {
    case cudaGraphNodeTypeKernel:
    case cudaGraphNodeTypeMemset:
    case cudaGraphNodeTypeEmpty:
    case cudaGraphNodeTypeGraph:
    case cudaGraphNodeTypeConditional:
      return nullptr;
    case cudaGraphNodeTypeMemcpy:
      return "a copy, whose source may be gone when the graph runs";
    case cudaGraphNodeTypeHost:
      return "a host function";
    case cudaGraphNodeTypeMemAlloc:
    case cudaGraphNodeTypeMemFree:
      return "memory of its own";
    default:
      return "an event or another node that no body may hold";
  }
}

void check_nodes(cudaGraph_t graph) {
  size_t count = 0;
  FXE_CUDA(cudaGraphGetNodes(graph, nullptr, &count));
  std::vector<cudaGraphNode_t> nodes(count);
  if (count) FXE_CUDA(cudaGraphGetNodes(graph, nodes.data(), &count));
  for (const cudaGraphNode_t node : nodes) check_body_node(node);
}

}  // namespace

void check_body_node(cudaGraphNode_t node) {
  cudaGraphNodeType type{};
  FXE_CUDA(cudaGraphNodeGetType(node, &type));
  if (const char* wrong = what_is_wrong_with(type))
    throw run_time_error("it adds {} (node type {}) to a graph; use --control host --launch stream", wrong,
                         static_cast<int>(type));
  if (type != cudaGraphNodeTypeGraph) return;
  cudaGraph_t child = nullptr;
  FXE_CUDA(cudaGraphChildGraphNodeGetGraph(node, &child));
  check_nodes(child);
}

CapturedGraph::CapturedGraph(CudaQueue& queue, const std::function<void(CudaQueue&)>& work) {
  cudaStream_t stream = queue.stream();
  FXE_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  try {
    work(queue);
  } catch (...) {
    (void)cudaStreamEndCapture(stream, &graph_);
    if (graph_) (void)cudaGraphDestroy(graph_);
    (void)cudaGetLastError();
    throw;
  }
  FXE_CUDA(cudaStreamEndCapture(stream, &graph_));
  try {
    check_nodes(graph_);
  } catch (...) {
    (void)cudaGraphDestroy(graph_);
    throw;
  }
}

CapturedGraph::CapturedGraph(CapturedGraph&& other) noexcept
    : graph_(std::exchange(other.graph_, nullptr)), executable_(std::exchange(other.executable_, nullptr)) {}

CapturedGraph::~CapturedGraph() {
  if (executable_) (void)cudaGraphExecDestroy(executable_);
  if (graph_) (void)cudaGraphDestroy(graph_);
}

void CapturedGraph::instantiate() { FXE_CUDA(cudaGraphInstantiate(&executable_, graph_, 0)); }

void CapturedGraph::launch(CudaQueue& queue) const { FXE_CUDA(cudaGraphLaunch(executable_, queue.stream())); }

}  // namespace fxe
