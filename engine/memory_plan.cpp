// SPDX-License-Identifier: Apache-2.0
#include "engine/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace fxe {

MemoryPlan plan_memory(std::span<const Lifetime> lifetimes, size_t alignment_bytes) {
  const auto rounded = [&](size_t bytes) {
    return (bytes + alignment_bytes - 1) / alignment_bytes * alignment_bytes;
  };
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });

  MemoryPlan plan;
  plan.offsets_bytes.resize(lifetimes.size());
  std::vector<size_t> placed;  // by offset
  for (const size_t i : order) {
    const Lifetime& life = lifetimes[i];
    if (life.bytes == 0) continue;
    size_t offset = 0;
    for (const size_t j : placed) {
      const Lifetime& other = lifetimes[j];
      if (other.last < life.first || life.last < other.first) continue;
      if (plan.offsets_bytes[j] >= offset + rounded(life.bytes)) break;  // fits in the gap before j
      offset = std::max(offset, plan.offsets_bytes[j] + rounded(other.bytes));
    }
    plan.offsets_bytes[i] = offset;
    plan.arena_bytes = std::max(plan.arena_bytes, offset + rounded(life.bytes));
    placed.insert(std::upper_bound(placed.begin(), placed.end(), offset,
                                   [&](size_t o, size_t j) { return o < plan.offsets_bytes[j]; }),
                  i);
  }
  return plan;
}

}  // namespace fxe
