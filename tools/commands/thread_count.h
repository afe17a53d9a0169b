// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <thread>

#include "tools/commands/options.h"

namespace fxe {

// What --threads means: at least 1.
inline int thread_count(const RunOptions& run) {
  return run.threads ? run.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace fxe
