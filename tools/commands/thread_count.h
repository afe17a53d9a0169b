// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/affinity.h"
#include "tools/commands/options.h"

namespace fxe {

// The number of threads that --threads asks for: at least 1.
inline int thread_count(const RunOptions& run) {
  return run.threads ? run.threads : static_cast<int>(usable_processors().size());
}

}  // namespace fxe
