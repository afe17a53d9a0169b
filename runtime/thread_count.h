// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/affinity.h"

namespace fxe {

// A number of threads, at least 1; 0 asks for one on each core this process may use.
inline int thread_count(int asked) { return asked ? asked : static_cast<int>(usable_processors().size()); }

}  // namespace fxe
