// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "metareasoner/executor.h"

namespace fxe {

// Walks programs on the calling thread; members run on `device`, which is the host's. Members must agree
// on the number of classes (else it throws bad_input), be compiled for batch_sizes(capacity), and outlive
// the executor.
std::unique_ptr<Executor> make_cpu_executor(Device& device, std::vector<MemberSlot> members, int capacity);

}  // namespace fxe
