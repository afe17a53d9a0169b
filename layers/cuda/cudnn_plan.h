// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layers/cuda/cudnn_target.h"
#include "layers/cuda/plan_choice.h"

namespace fxe {

// Operations cuDNN is to run as one, and the tensors between them.
struct CudnnGraph {
  std::deque<CudnnDescriptor> parts;        // tensors and descriptions of operations, kept for the rest
  std::vector<CudnnDescriptor> operations;  // in order
};

// One way of cuDNN to run a graph, chosen and finished: executing it allocates nothing.
class CudnnPlan {
 public:
  // The first plan of the heuristics (their best first, then their fallbacks) that
  //  * gives the same bits every time, is precompiled, and takes no memory of its own (no cuBLASLt);
  //  * computes in `precision`: fp32 excludes tensor cores, Winograd and FFT; every precision excludes inputs
  //    rounded below it and sums kept in less than fp32;
  //  * fits the workspace limit.
  // Empty if there is none.
  static std::optional<CudnnPlan> choose(CudnnGraph graph, const CudnnTarget&, const PlanOptions&);

  // The first `most` of them.
  static std::vector<CudnnPlan> candidates(CudnnGraph graph, const CudnnTarget&, const PlanOptions&,
                                           size_t most);

  // The plan of a choice that was made before. Empty where cuDNN does not make it now, or choose() would not
  // take it.
  static std::optional<CudnnPlan> make(CudnnGraph graph, const CudnnTarget&, const PlanOptions&,
                                       const PlanChoice&);
  PlanChoice choice() const;

  // A plan from its json(), made for the same kind of device with the same cuDNN. Throws run_time otherwise.
  static CudnnPlan from_json(const std::string& json, const CudnnTarget&);

  std::string json() const;
  int64_t engine() const { return engine_; }  // cuDNN's number of it; -1 after from_json()
  size_t workspace_bytes() const { return workspace_bytes_; }
  const CudnnDescriptor& descriptor() const { return plan_; }

 private:
  CudnnPlan(std::shared_ptr<const CudnnGraph> graph, CudnnDescriptor plan, int64_t engine);
  static std::optional<CudnnPlan> finish(const std::shared_ptr<const CudnnGraph>&,
                                         const CudnnDescriptor& configuration, const CudnnTarget&,
                                         const PlanOptions&);

  std::shared_ptr<const CudnnGraph> graph_;  // nullptr: from_json()
  CudnnDescriptor plan_;
  int64_t engine_;
  size_t workspace_bytes_;
};

// A plan with its addresses, which are those of Binding: fixed for life.
class CudnnExecution {
 public:
  // Addresses by the unique ids the graph's tensors were given.
  CudnnExecution(std::shared_ptr<const CudnnPlan> plan, const std::map<int64_t, void*>& addresses,
                 void* workspace);
  void enqueue(cudnnHandle_t handle, cudaStream_t stream) const;

 private:
  std::shared_ptr<const CudnnPlan> plan_;
  CudnnDescriptor addresses_;
};

}  // namespace fxe
