// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "metareasoner/cuda/program_target.h"

namespace fxe {

namespace {

// Every body is captured on its own stream, because the parent's is still capturing. Fork and join happen
// inside one capture, so there are no event nodes, which bodies may not contain. docs/design/cuda.md.
class GraphTarget final : public ProgramTarget {
 public:
  GraphTarget(int depth, ConditionOwner owner) : owner_(owner) {
    for (int i = 0; i <= depth; ++i) queues_.push_back(make_queue());
    graphs_.resize(queues_.size());
    FXE_CUDA(cudaGraphCreate(&root_, 0));
    begin_capture(root_);
  }
  ~GraphTarget() override {
    if (executable_) (void)cudaGraphExecDestroy(executable_);
    // Ends captures left open by an exception; the graph they belong to is freed below.
    for (; open_ > 0; --open_) {
      cudaGraph_t captured = nullptr;
      (void)cudaStreamEndCapture(queues_[open_ - 1]->stream(), &captured);
    }
    if (root_) (void)cudaGraphDestroy(root_);
    (void)cudaGetLastError();
  }
  GraphTarget(const GraphTarget&) = delete;
  GraphTarget& operator=(const GraphTarget&) = delete;

  CudaQueue& queue() override { return *queues_[open_ - 1]; }

  uint64_t make_condition(unsigned initial) override {
    cudaGraphConditionalHandle handle = 0;
    const cudaGraph_t graph = owner_ == ConditionOwner::whole_program ? root_ : graphs_[open_ - 1];
    FXE_CUDA(cudaGraphConditionalHandleCreate(&handle, graph, initial, cudaGraphCondAssignDefault));
    return handle;
  }

  void begin_if(uint64_t condition) override {
    begin_capture(add_node(condition, cudaGraphCondTypeIf, 1)[0]);
  }
  void end_if() override { end_capture(); }

  void add_switch(uint64_t condition, unsigned bodies, const std::function<void(unsigned)>& write) override {
    const cudaGraph_t* graphs = add_node(condition, cudaGraphCondTypeSwitch, bodies);
    for (unsigned i = 0; i < bodies; ++i) {
      begin_capture(graphs[i]);
      write(i);
      end_capture();
    }
  }

  void finish() override {
    end_capture();
    FXE_CUDA(cudaGraphInstantiate(&executable_, root_, 0));
    // The first launch does this as well, if a driver does not do it here for conditional nodes.
    if (cudaGraphUpload(executable_, queues_[0]->stream()) != cudaSuccess) (void)cudaGetLastError();
    queues_[0]->wait();
  }

  void launch(CudaQueue& queue) override { FXE_CUDA(cudaGraphLaunch(executable_, queue.stream())); }

 private:
  static std::unique_ptr<CudaQueue> make_queue() {
    cudaStream_t stream = nullptr;
    FXE_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    int device = 0;
    FXE_CUDA(cudaGetDevice(&device));
    return std::make_unique<CudaQueue>(stream, device);
  }

  void begin_capture(cudaGraph_t graph) {
    FXE_CUDA(cudaStreamBeginCaptureToGraph(queues_[open_]->stream(), graph, nullptr, nullptr, 0,
                                           cudaStreamCaptureModeRelaxed));
    graphs_[open_++] = graph;
  }

  void end_capture() {
    cudaGraph_t captured = nullptr;
    FXE_CUDA(cudaStreamEndCapture(queue().stream(), &captured));
    graphs_[--open_] = nullptr;
  }

  // Adds a conditional node after all work captured on the innermost stream, and makes later work there wait
  // for it. Returns its bodies, which live as long as the graph.
  cudaGraph_t* add_node(uint64_t condition, cudaGraphConditionalNodeType type, unsigned bodies) {
    cudaStream_t stream = queue().stream();
    cudaStreamCaptureStatus status{};
    cudaGraph_t graph = nullptr;
    const cudaGraphNode_t* before = nullptr;
    const cudaGraphEdgeData* edges = nullptr;
    size_t count = 0;
    FXE_CUDA(cudaGraphCaptureInfo(stream, &status, &graph, &before, &edges, &count));
    cudaGraphNodeParams parameters{};
    parameters.type = cudaGraphNodeTypeConditional;
    parameters.conditional.handle = condition;
    parameters.conditional.type = type;
    parameters.conditional.size = bodies;
    cudaGraphNode_t node = nullptr;
    FXE_CUDA(cudaGraphAdd(&node, graph, before, edges, count, &parameters));
    FXE_CUDA(cudaCaptureContinueAfter(stream, &node));
    return parameters.conditional.phGraph_out;
  }

  // CUDA 13 has only the signatures with edge data; 12.8 has them under versioned names.
  static cudaError_t cudaGraphCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus* status,
                                          cudaGraph_t* graph, const cudaGraphNode_t** before,
                                          const cudaGraphEdgeData** edges, size_t* count) {
#if CUDART_VERSION >= 13000
    return cudaStreamGetCaptureInfo(stream, status, nullptr, graph, before, edges, count);
#else
    return cudaStreamGetCaptureInfo_v3(stream, status, nullptr, graph, before, edges, count);
#endif
  }
  static cudaError_t cudaGraphAdd(cudaGraphNode_t* node, cudaGraph_t graph, const cudaGraphNode_t* before,
                                  const cudaGraphEdgeData* edges, size_t count,
                                  cudaGraphNodeParams* parameters) {
#if CUDART_VERSION >= 13000
    return cudaGraphAddNode(node, graph, before, edges, count, parameters);
#else
    return cudaGraphAddNode_v2(node, graph, before, edges, count, parameters);
#endif
  }
  static cudaError_t cudaCaptureContinueAfter(cudaStream_t stream, cudaGraphNode_t* node) {
#if CUDART_VERSION >= 13000
    return cudaStreamUpdateCaptureDependencies(stream, node, nullptr, 1, cudaStreamSetCaptureDependencies);
#else
    return cudaStreamUpdateCaptureDependencies(stream, node, 1, cudaStreamSetCaptureDependencies);
#endif
  }

  ConditionOwner owner_;
  std::vector<std::unique_ptr<CudaQueue>> queues_;  // [0]: of the root
  std::vector<cudaGraph_t> graphs_;                 // the graph that each captures into
  size_t open_ = 0;                                 // captures that have begun but not ended
  cudaGraph_t root_ = nullptr;
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace

std::unique_ptr<ProgramTarget> make_graph_target(int depth, ConditionOwner owner) {
  return std::make_unique<GraphTarget>(depth, owner);
}

}  // namespace fxe
