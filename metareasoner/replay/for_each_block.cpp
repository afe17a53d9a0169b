// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/replay/for_each_block.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace fxe {

void for_each_block(size_t blocks, int threads, const std::function<void(size_t, size_t)>& work) {
  std::atomic<size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto run = [&](size_t worker) {
    try {
      for (size_t block = next++; block < blocks; block = next++) work(worker, block);
    } catch (...) {
      next = blocks;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    try {
      for (int t = 1; t < threads; ++t) helpers.emplace_back(run, static_cast<size_t>(t));
    } catch (const std::system_error&) {  // no thread available: the existing ones do the work
    }
    run(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace fxe
