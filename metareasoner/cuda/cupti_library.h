// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "metareasoner/profile/activity_join.h"

namespace fxe {

// CUDA's profiling interface, loaded when it is first wanted: programs run without it. One at a time.
class CuptiLibrary {
 public:
  // `on_copy(copy, original)`: a node was copied because its graph was made executable. Throws run_time
  // saying what to install where the library is missing or refuses.
  explicit CuptiLibrary(std::function<void(uint64_t, uint64_t)> on_copy);
  ~CuptiLibrary();
  CuptiLibrary(const CuptiLibrary&) = delete;
  CuptiLibrary& operator=(const CuptiLibrary&) = delete;

  uint64_t node_id(cudaGraphNode_t) const;
  void push_mark(uint64_t mark);  // what this thread launches until pop_mark() carries it
  void pop_mark();

  void record(bool on);                // kernels, copies and fills of this process
  std::vector<DeviceActivity> take();  // recorded so far; waits for the device

 private:
  struct State;
  static State* state_;  // the library's callbacks carry no pointer of ours
};

}  // namespace fxe
