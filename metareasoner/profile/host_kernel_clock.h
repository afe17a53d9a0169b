// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metareasoner/plan_member.h"
#include "metareasoner/profile/kernel_clock.h"

namespace fxe {

// For members whose kernels have run when enqueue returns: reads the host's clock before and after each.
class HostKernelClock final : public PlanObserver, public KernelClock {
 public:
  explicit HostKernelClock(std::vector<PlanMember*> members);  // the members outlive it
  ~HostKernelClock() override { watch(false); }

  void watch(bool on) override;
  void begin(Queue&, const Plan&, size_t layer, size_t kernel) override;
  void end(Queue&, const Plan&, size_t layer, size_t kernel) override;
  std::vector<KernelCall> take() override;

 private:
  std::vector<PlanMember*> members_;
  int64_t start_ns_ = 0;
  std::vector<KernelCall> calls_;
};

}  // namespace fxe
