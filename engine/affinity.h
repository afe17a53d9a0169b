// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <vector>

namespace fxe {

// The logical processors this process may use, as of the first call: one of each physical core first, then
// those that share a core with an earlier one.
const std::vector<int>& usable_processors();

// Pins the thread to this processor; threads it starts later inherit the pin. Throws run_time if the
// system refuses.
void pin(pthread_t thread, int processor);

// Lets the calling thread use all of usable_processors() again, whoever started it.
void unpin_this_thread() noexcept;

}  // namespace fxe
