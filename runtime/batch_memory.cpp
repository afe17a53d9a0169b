// SPDX-License-Identifier: Apache-2.0
#include "runtime/batch_memory.h"

#include <algorithm>

#include "engine/error.h"

namespace fxe {

size_t batch_bytes(std::span<PlanMember* const> members, std::span<const size_t> input_bytes, int64_t batch) {
  size_t arena = 0, of_image = 0;
  for (const PlanMember* member : members)
    for (const auto& plan : member->plans())
      if (plan->batch() <= batch) arena = std::max(arena, plan->arena_bytes());
  for (const size_t bytes : input_bytes) of_image += bytes;
  of_image += 2 * static_cast<size_t>(members[0]->classes()) * sizeof(float) + sizeof(RowResult) +
              2 * sizeof(int32_t);
  return arena + static_cast<size_t>(batch) * of_image;
}

void check_batch_fits(std::span<PlanMember* const> members, std::span<const size_t> input_bytes,
                      size_t free_bytes, bool of_gpu) {
  const auto& plans = members[0]->plans();
  const size_t needed = batch_bytes(members, input_bytes, plans.back()->batch());
  if (needed <= free_bytes) return;
  int64_t fits = 0;
  for (const auto& plan : plans)
    if (batch_bytes(members, input_bytes, plan->batch()) <= free_bytes) fits = plan->batch();
  std::string what_fits = "no batch fits; free memory of other programs";
  if (of_gpu) what_fits += ", or try --precision fp16";
  if (fits) what_fits = fmt::format("--batch {} would fit", fits);
  throw run_time_error("--batch {} needs {} MiB of {} besides weights, {} MiB are free: {}",
                       plans.back()->batch(), (needed >> 20) + 1, of_gpu ? "the GPU's memory" : "memory",
                       free_bytes >> 20, what_fits);
}

}  // namespace fxe
