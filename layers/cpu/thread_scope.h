// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <omp.h>

#include "layers/cpu/workers.h"

namespace fxe::cpu {

// oneDNN, as Debian and Ubuntu build it, takes its thread count from OpenMP's setting for the calling thread,
// both when a primitive is made and when it runs; loops of our own run on workers(). A scope sets both, and
// restores the caller's on its end.
class ThreadScope {
 public:
  explicit ThreadScope(Workers& workers) : openmp_before_(omp_get_max_threads()), workers_before_(current_) {
    if (workers.threads() != openmp_before_) omp_set_num_threads(workers.threads());
    changed_ = workers.threads() != openmp_before_;
    current_ = &workers;
  }
  ~ThreadScope() {
    if (changed_) omp_set_num_threads(openmp_before_);
    current_ = workers_before_;
  }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

  static Workers* workers() { return current_; }  // of this thread; nullptr outside a scope

 private:
  inline static thread_local Workers* current_ = nullptr;
  int openmp_before_;
  Workers* workers_before_;
  bool changed_ = false;
};

}  // namespace fxe::cpu
