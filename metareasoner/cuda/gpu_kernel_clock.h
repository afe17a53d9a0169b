// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "metareasoner/cuda/captured_nodes.h"
#include "metareasoner/cuda/cupti_library.h"
#include "metareasoner/plan_member.h"

namespace fxe {

// Times the kernels of members on a GPU with CUPTI. Created before their executor, so that it sees the graphs
// being captured; create it after all runs that should not be slowed. In graphs a kernel is known by its
// node, in single launches by a mark.
class GpuKernelClock final : public PlanObserver, public KernelClock {
 public:
  explicit GpuKernelClock(std::vector<PlanMember*> members);  // the members outlive it
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
