// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fxe {

// Something that needs memory from step `first` to step `last`, both included.
struct Lifetime {
  size_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct MemoryPlan {
  std::vector<size_t> offsets_bytes;  // one per lifetime, multiples of the alignment
  size_t arena_bytes = 0;             // at most the sum of the sizes, each rounded up
};

// Offsets such that no two lifetimes that overlap in time overlap in memory. Places the largest first, each
// at the lowest offset that is free over its whole life. Deterministic.
MemoryPlan plan_memory(std::span<const Lifetime> lifetimes, size_t alignment_bytes);

}  // namespace fxe
