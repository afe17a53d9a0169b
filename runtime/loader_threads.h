// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "engine/affinity.h"
#include "runtime/ensemble_runtime.h"

namespace fxe {

// Threads that read and decode images while `runtime`'s networks run. On the CPU decoding takes a small part
// of a network's time, and more threads would take cores from it; a GPU leaves all cores but the one that
// feeds it.
inline int loader_threads(const Runtime& runtime) {
  const auto cores = static_cast<int>(usable_processors().size());
  return runtime.device.is_cuda ? std::clamp(cores - 1, 1, 16) : std::clamp(cores / 4, 1, 8);
}

}  // namespace fxe
