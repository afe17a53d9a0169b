// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "metareasoner/plan_member.h"

namespace fxe {

// Wraps every kernel of these members in an NVTX range "member/layer: kernel", which Nsight Systems shows and
// by which Nsight Compute filters (docs/guides/profiling.md). Only for kernels launched one by one: a graph
// is replayed without them. Its cost is negligible if no tool is attached. The members outlive it.
class NvtxRanges final : public PlanObserver {
 public:
  explicit NvtxRanges(std::vector<PlanMember*> members);
  ~NvtxRanges() override;

  void begin(Queue&, const Plan&, size_t layer, size_t kernel) override;
  void end(Queue&, const Plan&, size_t layer, size_t kernel) override;

  const std::string& name_of(const Plan& plan, size_t layer, size_t kernel) const {
    return names_.at(&plan)[layer][kernel];
  }

 private:
  std::vector<PlanMember*> members_;
  std::map<const Plan*, std::vector<std::vector<std::string>>> names_;  // [layer][kernel]
};

}  // namespace fxe
