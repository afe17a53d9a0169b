// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "metareasoner/executor.h"
#include "metareasoner/plan_member.h"

namespace fxe {

// What a batch of up to `batch` images needs on a device besides weights: inputs, outputs, and the arena the
// members share. input_bytes: per image, of each input. `batch`: one of the sizes that the members are
// compiled for.
size_t batch_bytes(std::span<PlanMember* const> members, std::span<const size_t> input_bytes, int64_t batch);

// Throws run_time if the largest batch needs more than `free_bytes` of a GPU's or this machine's memory,
// saying how much it needs and which batch would fit.
void check_batch_fits(std::span<PlanMember* const> members, std::span<const size_t> input_bytes,
                      size_t free_bytes, bool of_gpu);

}  // namespace fxe
