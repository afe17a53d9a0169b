// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <functional>

#include "engine/cuda/cuda_device.h"

namespace fxe {

// Throws run_time naming the node's kind if it must not be in the body of a conditional node, or should not
// be in a member's graph: allocations, host functions, events, copies. Looks into child graphs.
void check_body_node(cudaGraphNode_t);

// The work of one capture as a graph of its own, with nodes verified by check_body_node(). An invalid body
// brings down the capture around it (and with some drivers the process), so each one is captured like this
// once before it becomes a body.
class CapturedGraph {
 public:
  CapturedGraph(CudaQueue&, const std::function<void(CudaQueue&)>& work);
  ~CapturedGraph();
  CapturedGraph(CapturedGraph&& other) noexcept;
  CapturedGraph(const CapturedGraph&) = delete;
  CapturedGraph& operator=(const CapturedGraph&) = delete;

  void instantiate();  // called once, before the first launch
  void launch(CudaQueue&) const;

 private:
  cudaGraph_t graph_ = nullptr;
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace fxe
