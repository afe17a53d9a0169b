// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <string>

namespace fxe::sim {

// One thing that the device does: a kernel, a copy. At once when its turn in a stream comes, or in a graph.
struct Work {
  cudaGraphNodeType type = cudaGraphNodeTypeEmpty;
  std::string name;
  std::function<void()> run;
  bool touches_pageable_memory = false;
  void* to_host = nullptr;  // a copy down: what the host must not read before it has run
  size_t bytes = 0;
  bool ends_early = false;  // its successors may begin before it has ended: an edge with data
};

// Who did it, for CUPTI.
struct WorkId {
  uint64_t node = 0;         // of an executable graph; 0: of a stream
  uint32_t correlation = 0;  // the call that launched it
};

void run_work(const Work&, const WorkId&);

uint64_t now_ns();
uint32_t next_correlation();

// Fills the host's memory that the work will write: who reads it too early reads this.
void poison(const Work&);

}  // namespace fxe::sim
