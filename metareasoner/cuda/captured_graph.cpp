// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/captured_graph.h"

#include <utility>
#include <vector>

#include "engine/error.h"

namespace fxe {

namespace {

// Programming Guide, "Conditional node body graph requirements".
bool may_be_in_a_body(cudaGraphNodeType type) {
  switch (type) {
    case cudaGraphNodeTypeKernel:
    case cudaGraphNodeTypeMemcpy:
    case cudaGraphNodeTypeMemset:
    case cudaGraphNodeTypeEmpty:
    case cudaGraphNodeTypeGraph:
    case cudaGraphNodeTypeConditional:
      return true;
    default:
      return false;
  }
}

void check_nodes(cudaGraph_t graph, const std::string& what) {
  size_t count = 0;
  FXE_CUDA(cudaGraphGetNodes(graph, nullptr, &count));
  std::vector<cudaGraphNode_t> nodes(count);
  FXE_CUDA(cudaGraphGetNodes(graph, nodes.data(), &count));
  for (const cudaGraphNode_t node : nodes) {
    cudaGraphNodeType type{};
    FXE_CUDA(cudaGraphNodeGetType(node, &type));
    if (!may_be_in_a_body(type))
      throw run_time_error(
          "{}: it adds a node of CUDA type {} to a graph, which the body of a conditional node must not hold",
          what, static_cast<int>(type));
  }
}

}  // namespace

CapturedGraph::CapturedGraph(CudaQueue& queue, const std::string& what,
                             const std::function<void(CudaQueue&)>& work) {
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
  check_nodes(graph_, what);
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
