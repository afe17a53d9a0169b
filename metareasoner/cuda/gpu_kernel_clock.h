// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "metareasoner/cuda/captured_nodes.h"
#include "metareasoner/cuda/cupti_library.h"
#include "metareasoner/plan_member.h"

namespace fxe {

// Times of the kernels of members on a GPU, by CUPTI: made before their executor, so that it sees the graphs
// being captured; what is unwatched is timed before there is one. In graphs a kernel is known by its node,
// kernel by kernel launches by a mark.
class GpuKernelClock final : public PlanObserver, public KernelClock {
 public:
  explicit GpuKernelClock(std::vector<PlanMember*> members);  // which outlive it
  ~GpuKernelClock() override;

  void begin(Queue&, const Plan&, size_t layer, size_t kernel) override;
  void end(Queue&, const Plan&, size_t layer, size_t kernel) override;
  void watch(bool on) override;
  std::vector<KernelCall> take() override;

 private:
  uint64_t mark_of(const Plan&, size_t layer, size_t kernel);

  std::vector<PlanMember*> members_;
  ActivityJoin join_;
  CuptiLibrary cupti_;
  std::vector<cudaGraphNode_t> front_;
  bool captures_ = false;  // between begin() and end()
  std::map<std::pair<const Plan*, std::pair<size_t, size_t>>, uint64_t> marks_;
};

}  // namespace fxe
