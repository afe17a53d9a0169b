// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

namespace fxe {

// Calls work(worker, block) for every block, on `threads` threads that take the next block when they are
// free; worker is in [0, threads). Rethrows what a call throws, after all have stopped.
void for_each_block(size_t blocks, int threads, const std::function<void(size_t worker, size_t block)>& work);

}  // namespace fxe
