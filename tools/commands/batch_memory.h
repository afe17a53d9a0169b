// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "metareasoner/executor.h"
#include "metareasoner/plan_member.h"

namespace fxe {

// What a batch of up to `batch` images needs of a device besides weights: inputs, outputs, and the arena that
// the members share. input_bytes: of an image of each input. `batch`: one of the sizes that the members are
// compiled for.
size_t batch_bytes(std::span<PlanMember* const> members, std::span<const size_t> input_bytes, int64_t batch);

// Throws run_time where the largest batch needs more than `free_bytes` of a GPU's memory or of this
// machine's, saying how much it needs and which batch would fit.
void check_batch_fits(std::span<PlanMember* const> members, std::span<const size_t> input_bytes,
                      size_t free_bytes, bool of_gpu);

}  // namespace fxe
