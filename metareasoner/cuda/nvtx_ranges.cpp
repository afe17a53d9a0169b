// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/cuda/nvtx_ranges.h"

#include <fmt/format.h>
#include <nvtx3/nvToolsExt.h>

namespace fxe {

NvtxRanges::NvtxRanges(std::vector<PlanMember*> members) : members_(std::move(members)) {
  for (PlanMember* member : members_) {
    for (const auto& plan : member->plans()) {
      auto& layers = names_[plan.get()];
      for (const Plan::Layer& layer : plan->layers()) {
        auto& kernels = layers.emplace_back();
        for (const std::string& kernel : layer.kernels)
          kernels.push_back(fmt::format("{}/{}: {}", member->name(), layer.name, kernel));
      }
    }
    member->observe(this);
  }
}

NvtxRanges::~NvtxRanges() {
  for (PlanMember* member : members_) member->observe(nullptr);
}

void NvtxRanges::begin(Queue&, const Plan& plan, size_t layer, size_t kernel) {
  nvtxRangePushA(name_of(plan, layer, kernel).c_str());
}

void NvtxRanges::end(Queue&, const Plan&, size_t, size_t) { nvtxRangePop(); }

}  // namespace fxe
