// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <functional>

#include "engine/cuda/cuda_device.h"

namespace fxe {

// Throws run_time, saying what it is, for a node that the body of a conditional node must not hold, or that
// should not be in a member's graph: memory of its own, host functions, events, copies. Looks into child
// graphs.
void check_body_node(cudaGraphNode_t);

// What one stretch of work tells a stream, as a graph of its own, whose nodes check_body_node() has looked
// at. A body that is invalid brings down the capture around it (and with some drivers the process), so each
// is captured like this once before it becomes one.
class CapturedGraph {
 public:
  CapturedGraph(CudaQueue&, const std::function<void(CudaQueue&)>& work);
  ~CapturedGraph();
  CapturedGraph(CapturedGraph&& other) noexcept;
  CapturedGraph(const CapturedGraph&) = delete;
  CapturedGraph& operator=(const CapturedGraph&) = delete;

  void instantiate();  // once, before the first launch
  void launch(CudaQueue&) const;

 private:
  cudaGraph_t graph_ = nullptr;
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace fxe
