// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <vector>

namespace fxe {

// The logical processors this process may use, as it was before it first asked: one of each physical core,
// then those that share a core with one before.
const std::vector<int>& usable_processors();

// The thread runs on this one from now on; threads it starts then begin there, too. Throws run_time where the
// system refuses.
void pin(pthread_t thread, int processor);

// The calling thread may use all of usable_processors() again, whoever started it.
void unpin_this_thread() noexcept;

}  // namespace fxe
