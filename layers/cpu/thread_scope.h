// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <omp.h>

namespace fxe::cpu {

// oneDNN, as Debian and Ubuntu build it, takes its thread count from OpenMP's setting of the calling thread,
// both when a primitive is made and when it runs. This sets it for a while and puts back what the caller had.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()) {
    if (threads != before_) omp_set_num_threads(threads);
    changed_ = threads != before_;
  }
  ~ThreadScope() {
    if (changed_) omp_set_num_threads(before_);
  }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
  bool changed_ = false;
};

}  // namespace fxe::cpu
