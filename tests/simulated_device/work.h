// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <string>

namespace fxe::sim {

// One piece of the device's work, such as a kernel or a copy. Runs when its turn in a stream or graph comes.
struct Work {
  cudaGraphNodeType type = cudaGraphNodeTypeEmpty;
  std::string name;
  std::function<void()> run;
  bool touches_pageable_memory = false;
  void* to_host = nullptr;  // a download's destination, which the host must not read before it has run
  size_t bytes = 0;
  bool ends_early = false;  // successors may begin before it ends: an edge with data
};

// Where the work came from, for CUPTI.
struct WorkId {
  uint64_t node = 0;         // of an executable graph; 0: from a stream
  uint32_t correlation = 0;  // the call that launched it
};

void run_work(const Work&, const WorkId&);

uint64_t now_ns();
uint32_t next_correlation();

// Fills the host memory that the work will write, so that reading too early gives wrong values.
void poison(const Work&);

}  // namespace fxe::sim
