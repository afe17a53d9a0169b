// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/profile/activity_join.h"

#include <algorithm>

namespace fxe {

void ActivityJoin::note_node(uint64_t node, const KernelPlace& place) { nodes_[node] = place; }

void ActivityJoin::note_copy(uint64_t copy, uint64_t original) {
  const auto of_copy = originals_.find(original);
  originals_[copy] = of_copy == originals_.end() ? original : of_copy->second;
}

uint64_t ActivityJoin::mark(const KernelPlace& place) {
  marked_.push_back(place);
  return marked_.size();
}

const KernelPlace* ActivityJoin::place_of(const DeviceActivity& activity) const {
  if (activity.graph_node != 0) {
    const auto original = originals_.find(activity.graph_node);
    const auto node = nodes_.find(original == originals_.end() ? activity.graph_node : original->second);
    return node == nodes_.end() ? nullptr : &node->second;
  }
  return activity.mark != 0 && activity.mark <= marked_.size() ? &marked_[activity.mark - 1] : nullptr;
}

std::vector<KernelCall> ActivityJoin::join(std::span<const DeviceActivity> activities) const {
  std::vector<KernelCall> calls;
  for (const DeviceActivity& activity : activities) {
    const KernelPlace* place = place_of(activity);
    const KernelPlace at = place ? *place : KernelPlace{};
    calls.push_back({at.plan, at.layer, at.kernel, activity.start_ns, activity.end_ns - activity.start_ns,
                     activity.name});
  }
  std::stable_sort(calls.begin(), calls.end(),
                   [](const auto& a, const auto& b) { return a.start_ns < b.start_ns; });
  return calls;
}

}  // namespace fxe
